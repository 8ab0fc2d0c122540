"""What `make status` shows of the environments: URL, release and model of each, or why there is none."""

from __future__ import annotations

from dataclasses import replace

from memory_environments import Environments
from seatrial.settings import ClusterSettings, Environment
from seatrial.stages.running import Running, running
from seatrial.workspace import Workspace


def test_each_environment_has_its_url_release_and_model(
    environments: Environments, workspace: Workspace
) -> None:
    """One that has no release has a row too."""
    environments.serve(environments.release("staging", 1, "a", "stable"))
    assert running(environments.settings, workspace, environments.services) == [
        Running("staging", "staging-1", "colours 1.0.0", "http://127.0.0.1"),
        Running("production", "no release"),
    ]


def test_a_pending_release_serves_and_is_not_accepted(
    environments: Environments, workspace: Workspace
) -> None:
    """Users are on it already."""
    environments.release("staging", 1, "a", "stable")
    environments.serve(environments.release("staging", 2, "b", "previewed", "pending"))
    assert running(environments.settings, workspace, environments.services)[0].release == (
        "staging-2 (pending)"
    )


def test_an_environment_that_cannot_be_read_has_the_reason(
    environments: Environments, workspace: Workspace
) -> None:
    """The others have their rows."""
    environments.unreachable.add("staging")
    first, second = running(environments.settings, workspace, environments.services)
    assert first.release == "cannot be read: cluster staging does not answer"
    assert second == Running("production", "no release")


def test_without_a_cluster_there_is_none(environments: Environments, workspace: Workspace) -> None:
    """Before make cloud, status has no error."""
    alone = {"local": Environment(namespace="local", overlay="none", host="local.test")}
    settings = environments.settings.model_copy(
        update={"environments": alone, "cluster": ClusterSettings(context="")}
    )
    services = replace(environments.services)
    assert running(settings, workspace, services) == [Running("local", "no cluster")]

"""References of release records to images and reports."""

from __future__ import annotations

import pytest

from memory_environments import Environments, digest
from seatrial.errors import OutsideError
from seatrial.retention.references import collect_references
from seatrial.workspace import Workspace


def test_the_records_of_every_environment_are_references(
    environments: Environments, workspace: Workspace
) -> None:
    """Each recorded release refers to its image, also a refused one."""
    environments.release("staging", 1, "a", "stable")
    environments.release("production", 1, "b", "refused")
    found = collect_references(environments.settings, workspace, environments.services)
    assert found.digests == {digest("a"): "staging-1", digest("b"): "production-1"}
    assert {"staging-1", "production-1"} <= found.releases
    assert found.states[("tree-a", digest("f"))] == "staging-1"
    assert found.states[(workspace.working_state, workspace.lock_digest)] == "this working state"


def test_the_records_of_an_unconfigured_namespace_are_references(
    environments: Environments, workspace: Workspace
) -> None:
    """Another checkout's environment in the same cluster keeps its images."""
    staging = {"staging": environments.settings.environment("staging")}
    cluster = environments.clusters["staging"] = environments.clusters["production"]
    cluster.apply({"kind": "Namespace", "metadata": {"name": "staging"}})
    environments.release("production", 1, "b", "stable")
    found = collect_references(
        environments.settings.model_copy(update={"environments": staging}), workspace, environments.services
    )
    assert found.digests == {digest("b"): "production-1"}
    assert found.unreachable == {}


def test_a_malformed_record_is_named_with_its_namespace(
    environments: Environments, workspace: Workspace
) -> None:
    """It may be in any namespace, since the records of all are read."""
    staging = {"staging": environments.settings.environment("staging")}
    environments.release("production", 1, "b", "stable")
    cluster, pod_list = environments.clusters["production"], environments.clusters["production"].list
    cluster.objects["ConfigMap", "release-1"]["data"] = {}
    cluster.apply({"kind": "Namespace", "metadata": {"name": "staging"}})
    environments.clusters["staging"] = cluster
    cluster.list = lambda kind, namespace, *a, **k: [] if namespace else pod_list(kind, namespace, *a, **k)
    with pytest.raises(OutsideError, match="ConfigMap production/release-1 is not a valid release record"):
        collect_references(
            environments.settings.model_copy(update={"environments": staging}),
            workspace,
            environments.services,
        )


def test_an_unreachable_environment_is_named(environments: Environments, workspace: Workspace) -> None:
    """The reason is that of its cluster."""
    environments.unreachable.add("production")
    assert list(collect_references(environments.settings, workspace, environments.services).unreachable) == [
        "production"
    ]


def test_an_environment_without_a_namespace_counts_as_unreachable(
    environments: Environments, workspace: Workspace
) -> None:
    """Its releases may be recorded in another cluster than the configured one."""
    environments.clusters["production"].objects.clear()
    found = collect_references(environments.settings, workspace, environments.services)
    assert found.unreachable == {"production": "its cluster has no namespace production"}

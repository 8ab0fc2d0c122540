"""References of release records to images and reports."""

from __future__ import annotations

import pytest

from memory_environments import Environments, digest
from seatrial.errors import OutsideError
from seatrial.kube.protocol import Manifest
from seatrial.retention.references import References, collect_references
from seatrial.retention.setting_sources import SettingSources
from seatrial.workspace import Workspace


def collect(environments: Environments, workspace: Workspace, *names: str) -> References:
    """Return the references of these environments, or of all."""
    configured = environments.settings.environments
    chosen = {name: configured[name] for name in names or configured}
    settings = environments.settings.model_copy(update={"environments": chosen})
    return collect_references(settings, workspace, environments.services, SettingSources(workspace, {}))


def test_the_records_of_every_environment_are_references(
    environments: Environments, workspace: Workspace
) -> None:
    """Each recorded release refers to its image, also a refused one."""
    environments.release("staging", 1, "a", "stable")
    environments.release("production", 1, "b", "refused")
    found = collect(environments, workspace)
    assert found.digests == {digest("a"): "staging-1", digest("b"): "production-1"}
    assert {"staging-1", "production-1"} <= found.releases
    assert found.states[("tree-a", digest("f"))] == "staging-1"
    assert found.states[(workspace.working_state, workspace.lock_digest)] == "this working state"


def test_the_records_of_an_unconfigured_namespace_are_references(
    environments: Environments, workspace: Workspace
) -> None:
    """Another checkout's environment in the same cluster keeps its images."""
    cluster = environments.clusters["staging"] = environments.clusters["production"]
    cluster.apply({"kind": "Namespace", "metadata": {"name": "staging"}})
    environments.release("production", 1, "b", "stable")
    found = collect(environments, workspace, "staging")
    assert found.digests == {digest("b"): "production-1"}
    assert found.unreachable == {}


def test_a_malformed_record_is_named_with_its_namespace(
    environments: Environments, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be in any namespace, since the records of all are read."""
    environments.release("production", 1, "b", "stable")
    cluster = environments.clusters["staging"] = environments.clusters["production"]
    cluster.objects["ConfigMap", "release-1"]["data"] = {}
    found = cluster.list

    def list_in(kind: str, namespace: str, labels: str = "", fields: str = "") -> list[Manifest]:
        return [] if namespace else found(kind, namespace, labels, fields)

    monkeypatch.setattr(cluster, "list", list_in)
    with pytest.raises(OutsideError, match="ConfigMap production/release-1 is not a valid release record"):
        collect(environments, workspace, "staging")


def test_an_unreachable_environment_is_named(environments: Environments, workspace: Workspace) -> None:
    """The reason is that of its cluster."""
    environments.unreachable.add("production")
    assert list(collect(environments, workspace).unreachable) == ["production"]

"""The machines that pods may land on."""

from __future__ import annotations

from typing import Any

import pytest

from memory_cluster import MemoryCluster
from seatrial.errors import RefusedError
from seatrial.kube.client import ClusterError
from seatrial.kube.nodes import node_reader, require_compatible_nodes

AMD64 = ("linux", "amd64")


def _node(name: str, architecture: str, **spec: Any) -> dict[str, Any]:
    return {
        "kind": "Node",
        "metadata": {"name": name, "labels": {"kubernetes.io/arch": architecture}},
        "spec": spec,
        "status": {"nodeInfo": {"operatingSystem": "linux", "architecture": architecture}},
    }


def _slot(**pod: Any) -> list[dict[str, Any]]:
    return [{"kind": "Deployment", "spec": {"template": {"spec": pod}}}]


def test_an_image_that_runs_on_every_node_passes(cluster: MemoryCluster) -> None:
    """The same platform everywhere is fine, and known."""
    cluster.apply(_node("one", "amd64"))
    assert require_compatible_nodes(cluster, _slot(), AMD64)  # type: ignore[arg-type]


def test_a_node_of_another_architecture_is_refused(cluster: MemoryCluster) -> None:
    """One node where the image cannot run is one too many: pods may land there."""
    cluster.apply(_node("one", "amd64"))
    cluster.apply(_node("two", "arm64"))
    with pytest.raises(RefusedError, match="node two is linux/arm64, the image is linux/amd64"):
        require_compatible_nodes(cluster, _slot(), AMD64)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("spec", "pod"),
    [
        ({}, {"nodeSelector": {"kubernetes.io/arch": "amd64"}}),
        ({"unschedulable": True}, {}),
        ({"taints": [{"key": "kind", "effect": "NoSchedule"}]}, {}),
    ],
    ids=["selected away", "cordoned", "tainted"],
)
def test_a_node_that_takes_no_such_pods_does_not_count(
    cluster: MemoryCluster, spec: dict[str, Any], pod: dict[str, Any]
) -> None:
    """Only where pods may land does the architecture matter."""
    cluster.apply(_node("one", "amd64"))
    cluster.apply(_node("two", "arm64", **spec))
    assert require_compatible_nodes(cluster, _slot(**pod), AMD64)  # type: ignore[arg-type]


def test_a_cluster_where_nothing_can_land_is_refused(cluster: MemoryCluster) -> None:
    """A release that no node takes is not even begun."""
    with pytest.raises(RefusedError, match="no node"):
        require_compatible_nodes(cluster, _slot(), AMD64)  # type: ignore[arg-type]


def test_where_nodes_may_not_be_listed_it_is_said(
    cluster: MemoryCluster, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A deployer without that right releases all the same, and nobody believes that it was compared."""

    def forbidden(*_: Any) -> None:
        raise ClusterError("forbidden", 403)

    monkeypatch.setattr(cluster, "list", forbidden)
    told: list[str] = []
    monkeypatch.setattr("seatrial.console.line", told.append)
    assert not require_compatible_nodes(cluster, _slot(), AMD64)  # type: ignore[arg-type]
    assert "not compared" in told[0]


def test_the_right_to_read_nodes_is_no_more_than_that() -> None:
    """The deployer may look at nodes, and at nothing else of the cluster."""
    role, binding = node_reader({"metadata": {"name": "production", "uid": "0-1"}})
    assert role["rules"] == [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["get", "list"]}]
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "deployer", "namespace": "production"}]
    assert binding["metadata"]["name"].endswith("-production")
    assert [owner["uid"] for owner in binding["metadata"]["ownerReferences"]] == ["0-1"]

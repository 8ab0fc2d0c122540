"""The platforms of the nodes that pods can be scheduled on."""

from __future__ import annotations

from typing import Any

import pytest

from memory_cluster import MemoryCluster
from seatrial.errors import RefusedError
from seatrial.kube.nodes import node_reader, require_compatible_nodes
from seatrial.kube.protocol import ClusterError

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
    """An image with the platform of every node is accepted."""
    cluster.apply(_node("one", "amd64"))
    assert require_compatible_nodes(cluster, _slot(), AMD64)


def test_a_node_of_another_architecture_is_refused(cluster: MemoryCluster) -> None:
    """One schedulable node with another platform refuses the image."""
    cluster.apply(_node("one", "amd64"))
    cluster.apply(_node("two", "arm64"))
    with pytest.raises(RefusedError, match="node two is linux/arm64, the image is linux/amd64"):
        require_compatible_nodes(cluster, _slot(), AMD64)


@pytest.mark.parametrize(
    ("spec", "pod"),
    [
        ({}, {"nodeSelector": {"kubernetes.io/arch": "amd64"}}),
        ({"unschedulable": True}, {}),
        ({"taints": [{"key": "kind", "effect": "NoSchedule"}]}, {}),
    ],
    ids=["excluded-by-selector", "cordoned", "tainted"],
)
def test_a_node_that_does_not_accept_the_pods_is_not_compared(
    cluster: MemoryCluster, spec: dict[str, Any], pod: dict[str, Any]
) -> None:
    """The platform of a node on which the pods cannot be scheduled does not matter."""
    cluster.apply(_node("one", "amd64"))
    cluster.apply(_node("two", "arm64", **spec))
    assert require_compatible_nodes(cluster, _slot(**pod), AMD64)


def test_a_cluster_without_a_schedulable_node_is_refused(cluster: MemoryCluster) -> None:
    """A release whose pods no node accepts is refused."""
    with pytest.raises(RefusedError, match="no node"):
        require_compatible_nodes(cluster, _slot(), AMD64)


def test_a_deployer_that_may_not_list_nodes_gets_a_message(
    cluster: MemoryCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the right to list nodes the comparison is skipped, with a message."""

    def forbidden(*_: Any) -> None:
        raise ClusterError("forbidden", 403)

    monkeypatch.setattr(cluster, "list", forbidden)
    lines: list[str] = []
    monkeypatch.setattr("seatrial.console.line", lines.append)
    assert not require_compatible_nodes(cluster, _slot(), AMD64)
    assert "not checked" in lines[0]


def test_the_node_reader_may_only_read_nodes() -> None:
    """The ClusterRole grants `get` and `list` on nodes only, and is bound to one deployer."""
    role, binding = node_reader({"metadata": {"name": "production", "uid": "0-1"}})
    assert role["rules"] == [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["get", "list"]}]
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "deployer", "namespace": "production"}]
    assert binding["metadata"]["name"].endswith("-production")
    assert [owner["uid"] for owner in binding["metadata"]["ownerReferences"]] == ["0-1"]

"""The pods of a release that a preview reaches."""

from __future__ import annotations

from memory_cluster import MemoryCluster
from seatrial.kube.labels import MANAGED, MANAGER, RELEASE, SLOT
from seatrial.kube.pods import Pod, pods_of_release


def add(cluster: MemoryCluster, name: str, release: str, **metadata: str) -> None:
    """Add a pod in slot green, with two ports and not ready yet."""
    labels = {MANAGED: MANAGER, SLOT: "green", RELEASE: release}
    ports = [{"name": "metrics", "containerPort": 9090}, {"name": "http", "containerPort": 8080}]
    cluster.apply(
        {
            "kind": "Pod",
            "metadata": {"name": name, "labels": labels, **metadata},
            "spec": {"containers": [{"name": "sidecar"}, {"name": "classifier", "ports": ports}]},
        }
    )


def test_the_pods_of_a_release_are_listed_with_their_http_port() -> None:
    """Pods of another release and those that are being deleted are left out."""
    cluster = MemoryCluster()
    add(cluster, "a", "trial-2")
    add(cluster, "before", "trial-1")
    add(cluster, "deleted", "trial-2", deletionTimestamp="2026-01-02T03:04:05Z")
    assert pods_of_release(cluster, "trial", "green", "trial-2") == [Pod("a", 8080, ready=False)]

"""What a change of an object is bound to: the object that was read, not another one of its name."""

from __future__ import annotations

import pytest

from memory_cluster import MemoryCluster
from seatrial.errors import HeldError
from seatrial.kube.fencing import FencedCluster
from seatrial.kube.lease import Lease
from seatrial.kube.protocol import Manifest
from virtual_runtime import VirtualRuntime

DEPLOYMENT: Manifest = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "classifier-blue", "namespace": "trial"},
    "spec": {"replicas": 2},
}


def test_a_creation_that_a_later_holder_came_before_is_a_lost_lease(runtime: VirtualRuntime) -> None:
    """The deployer is suspended after it has read the Lease; the next holder creates the same object."""
    cluster = MemoryCluster(runtime=runtime)
    lease = Lease(cluster, "trial", 60, "ann@laptop/1", runtime)
    second = Lease(cluster, "trial", 60, "ben@ci/2", runtime)
    ask, holds = lease.ask, second.hold()

    def suspended() -> None:
        ask()
        lease.ask = ask  # type: ignore[method-assign]
        runtime.suspend(61)
        holds.__enter__()
        FencedCluster(cluster, second).create(DEPLOYMENT)

    with lease.hold():
        lease.ask = suspended  # type: ignore[method-assign]
        with pytest.raises(HeldError):
            FencedCluster(cluster, lease).create(DEPLOYMENT)
    holds.__exit__(None, None, None)


def test_an_object_that_was_deleted_meanwhile_is_not_created_again_by_a_change(
    monkeypatch: pytest.MonkeyPatch, runtime: VirtualRuntime
) -> None:
    """A change names the uid that was read: the API server creates an object again by its version alone."""
    cluster = MemoryCluster(runtime=runtime)
    cluster.apply(DEPLOYMENT)
    send = cluster.apply

    def delete_first(manifest: Manifest, manager: str = "") -> Manifest:
        cluster.objects.pop(("Deployment", "classifier-blue"), None)
        return send(manifest, manager)

    creates: list[Manifest] = []
    monkeypatch.setattr(cluster, "apply", delete_first)
    monkeypatch.setattr(cluster, "apply_new", lambda manifest, _: creates.append(manifest))
    lease = Lease(cluster, "trial", 60, "ann@laptop/1", runtime)
    with lease.hold():
        FencedCluster(cluster, lease).apply(DEPLOYMENT)
    assert ("Deployment", "classifier-blue") not in cluster.objects
    assert len(creates) == 1

"""The slots and the live Service."""

from __future__ import annotations

from typing import Any

import pytest

from memory_cluster import MemoryCluster
from seatrial.errors import HeldError, OutsideError
from seatrial.kube.slots import DELETION_SECONDS, LiveRelease, Slots
from virtual_runtime import VirtualRuntime


@pytest.fixture
def slots(cluster: MemoryCluster, runtime: VirtualRuntime) -> Slots:
    """The slots of a namespace."""
    return Slots(cluster, "trial", runtime)


def _service(slot: str, release: str) -> dict[str, Any]:
    labels = {"app.kubernetes.io/managed-by": "seatrial", "seatrial.io/part": "shared"}
    selector = {"seatrial.io/slot": slot, "seatrial.io/release": release}
    return {
        "kind": "Service",
        "metadata": {"name": "classifier", "labels": labels},
        "spec": {"selector": selector},
    }


def _deployment(slot: str) -> dict[str, Any]:
    labels = {"app.kubernetes.io/managed-by": "seatrial", "seatrial.io/slot": slot}
    return {"kind": "Deployment", "metadata": {"name": f"classifier-{slot}", "labels": labels}, "spec": {}}


def test_blue_is_empty_before_the_first_release(slots: Slots) -> None:
    """Before the first release nothing is live, and blue is the empty slot."""
    assert slots.live() is None
    assert slots.empty() == "blue"


def test_the_empty_slot_is_the_one_that_the_live_service_does_not_select(slots: Slots) -> None:
    """Without a stable release, the live Service's selector determines the empty slot."""
    slots.switch([_service("blue", "trial-1")])
    assert slots.live() == LiveRelease("blue", "trial-1")
    assert slots.empty() == "green"


@pytest.mark.parametrize("service", [[], [_service("green", "trial-1")]])
def test_the_stable_releases_slot_is_not_empty(slots: Slots, service: list[dict[str, Any]]) -> None:
    """A deleted or edited live Service does not make the stable release's slot the empty one."""
    slots.switch(service)
    assert slots.empty("blue") == "green"


def test_clearing_a_slot_does_not_change_the_other(slots: Slots, cluster: MemoryCluster) -> None:
    """Clearing a slot deletes its objects only."""
    slots.fill("blue", [_deployment("blue")])
    slots.fill("green", [_deployment("green")])
    slots.clear("blue")
    assert list(cluster.objects) == [("Deployment", "classifier-green")]


def test_a_shared_object_that_is_no_longer_rendered_is_deleted(slots: Slots, cluster: MemoryCluster) -> None:
    """A switch deletes the shared objects that are not in the release's manifests."""
    extra = _service("blue", "trial-1")
    extra["metadata"]["name"] = "obsolete"
    slots.switch([extra])
    slots.switch([_service("blue", "trial-1")])
    assert list(cluster.objects) == [("Service", "classifier")]


def test_a_service_without_an_address_is_an_error_at_the_deadline(slots: Slots) -> None:
    """A Service that gets no address from the load balancer is an error."""
    slots.switch([_service("blue", "trial-1")])
    with pytest.raises(OutsideError, match="an address for Service classifier: timed out after 60 s"):
        slots.address("classifier", 60)


def test_an_address_is_returned_when_the_load_balancer_has_set_it(
    slots: Slots, cluster: MemoryCluster, runtime: VirtualRuntime
) -> None:
    """`address` waits for the address, an IP address or a host name."""
    slots.switch([_service("blue", "trial-1")])

    def balance() -> None:
        runtime.sleep(30)
        service = cluster.objects[("Service", "classifier")]
        service["status"] = {"loadBalancer": {"ingress": [{"hostname": "lb.test"}]}}

    runtime.start(balance)
    assert slots.address("classifier", 60) == "lb.test"
    assert 30 <= runtime.monotonic() <= 31


def test_pods_that_do_not_terminate_are_an_error(slots: Slots, cluster: MemoryCluster) -> None:
    """A cleared slot whose pods still run is an error at the deadline."""
    labels = {"app.kubernetes.io/managed-by": "seatrial", "seatrial.io/slot": "blue"}
    cluster.apply({"kind": "Pod", "metadata": {"name": "classifier-blue-1", "labels": labels}})
    with pytest.raises(OutsideError, match=f"slot blue: timed out after {DELETION_SECONDS} s"):
        slots.wait_until_terminating("blue")
    slots.wait_until_terminating("green")


def test_a_deployer_that_lost_its_lease_does_not_wait_for_pods(slots: Slots, cluster: MemoryCluster) -> None:
    """The next holder may have filled the slot again: what the check raises ends the wait at once."""
    labels = {"app.kubernetes.io/managed-by": "seatrial", "seatrial.io/slot": "blue"}
    cluster.apply({"kind": "Pod", "metadata": {"name": "classifier-blue-1", "labels": labels}})

    def lost() -> None:
        raise HeldError("held by another")

    with pytest.raises(HeldError):
        slots.wait_until_terminating("blue", lost)


class Garbage(MemoryCluster):
    """A cluster that removes the pods of a slot with its Deployment."""

    def delete(self, kind: str, name: str, namespace: str, version: str = "") -> None:
        """Delete an object, and its pods."""
        super().delete(kind, name, namespace, version)
        if kind == "Deployment":
            self.objects.pop(("Pod", f"{name}-1"), None)


def test_a_deployment_that_is_created_late_is_removed(runtime: VirtualRuntime) -> None:
    """A deployer that has lost the Lease may create it after the slot was cleared."""
    cluster = Garbage()
    slots = Slots(cluster, "trial", runtime)
    slots.clear("blue")
    cluster.apply(_deployment("blue"))
    labels = {"app.kubernetes.io/managed-by": "seatrial", "seatrial.io/slot": "blue"}
    cluster.apply({"kind": "Pod", "metadata": {"name": "classifier-blue-1", "labels": labels}})
    slots.wait_until_terminating("blue")
    assert cluster.objects == {}


def test_a_terminating_pod_is_not_waited_for(slots: Slots, cluster: MemoryCluster) -> None:
    """On a lost node a pod stays terminating for hours; no Service sends requests to it."""
    labels = {"app.kubernetes.io/managed-by": "seatrial", "seatrial.io/slot": "blue"}
    metadata = {"name": "classifier-blue-1", "labels": labels, "deletionTimestamp": "2026-01-01T00:00:00Z"}
    cluster.apply({"kind": "Pod", "metadata": metadata})
    slots.wait_until_terminating("blue")


def _sized(slot: str, replicas: int) -> dict[str, Any]:
    return {**_deployment(slot), "spec": {"replicas": replicas}}


def test_a_slot_is_refilled_with_the_current_number_of_replicas(slots: Slots) -> None:
    """A refill has as many replicas as the larger slot, and no fewer than recorded."""
    slots.fill("green", [_sized("green", 5)])
    slots.refill("blue", [_sized("blue", 2)])
    assert slots.size("blue") == 5
    slots.refill("blue", [_sized("blue", 8)])
    assert slots.size("blue") == 8


def test_a_selector_that_others_added_is_removed_by_a_switch(slots: Slots, cluster: MemoryCluster) -> None:
    """A switch sets the live Service's selector exactly."""
    slots.switch([_service("blue", "trial-1")])
    cluster.objects[("Service", "classifier")]["spec"]["selector"]["version"] = "canary"
    slots.switch([_service("green", "trial-2")])
    selector = cluster.objects[("Service", "classifier")]["spec"]["selector"]
    assert selector == {"seatrial.io/slot": "green", "seatrial.io/release": "trial-2"}


@pytest.mark.parametrize(
    ("replicas", "release", "expected"), [(1, "trial-1", True), (0, "trial-1", False), (1, "trial-2", False)]
)
def test_a_slot_is_available_if_a_replica_of_the_release_is(
    slots: Slots, cluster: MemoryCluster, replicas: int, release: str, expected: bool
) -> None:
    """A slot with another release, or without an available replica, is not available."""
    deployment = _deployment("blue")
    deployment["metadata"]["labels"]["seatrial.io/release"] = "trial-1"
    cluster.apply({**deployment, "status": {"availableReplicas": replicas}})
    assert slots.available("blue", release) is expected

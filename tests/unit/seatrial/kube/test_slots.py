"""The slots and the live Service."""

from __future__ import annotations

from typing import Any

import pytest

from memory_cluster import MemoryCluster
from seatrial.errors import OutsideError
from seatrial.kube.slots import LiveRelease, Slots
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
    with pytest.raises(OutsideError, match="address of Service classifier: timed out after 60 s"):
        slots.address("classifier", 60)

"""The slots and the switch."""

from __future__ import annotations

from typing import Any

import pytest

from memory_cluster import MemoryCluster
from seatrial.errors import OutsideError
from seatrial.kube.slots import Live, Slots


@pytest.fixture
def slots(cluster: MemoryCluster) -> Slots:
    """The slots of a namespace."""
    return Slots(cluster, "trial")  # type: ignore[arg-type]


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


def test_before_the_first_release_blue_is_empty(slots: Slots) -> None:
    """Nothing is live before the first release, which goes to blue."""
    assert slots.live() is None
    assert slots.empty() == "blue"


def test_the_empty_slot_is_the_one_no_user_is_sent_to(slots: Slots) -> None:
    """The live Service's selector alone says which slot is empty."""
    slots.switch([_service("blue", "trial-1")])
    assert slots.live() == Live("blue", "trial-1")
    assert slots.empty() == "green"


@pytest.mark.parametrize("service", [[], [_service("green", "trial-1")]])
def test_the_stable_slot_is_never_given_to_a_candidate(slots: Slots, service: list[dict[str, Any]]) -> None:
    """A live Service that a hand deleted or bent does not make the stable release's slot the empty one."""
    slots.switch(service)
    assert slots.empty("blue") == "green"


def test_clearing_a_slot_leaves_the_other(slots: Slots, cluster: MemoryCluster) -> None:
    """Clearing a slot removes its objects and none of the other's."""
    slots.fill("blue", [_deployment("blue")])
    slots.fill("green", [_deployment("green")])
    slots.clear("blue")
    assert list(cluster.objects) == [("Deployment", "classifier-green")]


def test_a_shared_object_that_is_no_longer_rendered_is_removed(slots: Slots, cluster: MemoryCluster) -> None:
    """Switching removes shared objects that the release does not bring."""
    extra = _service("blue", "trial-1")
    extra["metadata"]["name"] = "left-over"
    slots.switch([extra])
    slots.switch([_service("blue", "trial-1")])
    assert list(cluster.objects) == [("Service", "classifier")]


def test_a_service_without_an_address_ends_the_wait(slots: Slots) -> None:
    """A load balancer that gives no address is an error once the deadline has passed."""
    slots.switch([_service("blue", "trial-1")])
    with pytest.raises(OutsideError, match="an address for Service classifier: timed out after 1 s"):
        slots.address("classifier", 1)

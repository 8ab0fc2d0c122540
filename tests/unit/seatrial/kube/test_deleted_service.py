"""A Service that is being deleted: a cloud's finalizer keeps it until its load balancer is gone."""

from __future__ import annotations

from typing import Any

import pytest

from memory_cluster import MemoryCluster
from seatrial.errors import HeldError, OutsideError
from seatrial.kube.removal import REMOVAL_SECONDS
from seatrial.kube.slots import Slots
from virtual_runtime import VirtualRuntime

DELETED_AT = "2026-01-01T00:00:00Z"


@pytest.fixture
def slots(cluster: MemoryCluster, runtime: VirtualRuntime) -> Slots:
    """The slots of a namespace."""
    return Slots(cluster, "trial", runtime)


@pytest.fixture
def service() -> dict[str, Any]:
    """The live Service."""
    labels = {"app.kubernetes.io/managed-by": "seatrial", "seatrial.io/part": "shared"}
    selector = {"seatrial.io/slot": "blue", "seatrial.io/release": "trial-2"}
    metadata = {"name": "classifier", "labels": labels}
    return {"kind": "Service", "metadata": metadata, "spec": {"selector": selector}}


@pytest.fixture
def deleted(cluster: MemoryCluster, service: dict[str, Any]) -> MemoryCluster:
    """A cluster whose live Service was deleted, and has a finalizer."""
    cluster.apply(service)
    cluster.objects["Service", "classifier"]["metadata"]["deletionTimestamp"] = DELETED_AT
    return cluster


def test_a_new_one_is_created_once_the_deleted_one_is_gone(
    slots: Slots, deleted: MemoryCluster, runtime: VirtualRuntime, service: dict[str, Any]
) -> None:
    """A change of the deleted one would be lost with it."""

    def finalize() -> None:
        runtime.sleep(40)
        deleted.delete("Service", "classifier", "trial")

    runtime.start(finalize)
    slots.switch([service])
    assert "deletionTimestamp" not in deleted.objects["Service", "classifier"]["metadata"]
    assert runtime.monotonic() >= 40


def test_it_is_waited_for_at_most_for_its_deadline(
    slots: Slots, deleted: MemoryCluster, runtime: VirtualRuntime, service: dict[str, Any]
) -> None:
    """The error names the object and the command that shows what keeps it."""
    with pytest.raises(OutsideError, match="removal of Service classifier") as caught:
        slots.open_preview([service])
    assert " get service classifier" in caught.value.hint
    assert REMOVAL_SECONDS <= runtime.monotonic() < REMOVAL_SECONDS + 5


def test_a_request_to_stop_ends_the_wait(
    slots: Slots, deleted: MemoryCluster, runtime: VirtualRuntime, service: dict[str, Any]
) -> None:
    """`check` is called before each poll; what it raises ends the wait."""

    def stop() -> None:
        raise HeldError("a rollback asks to stop")

    with pytest.raises(HeldError):
        slots.switch([service], stop)
    assert runtime.monotonic() == 0

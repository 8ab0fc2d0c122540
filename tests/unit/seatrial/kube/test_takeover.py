"""The Lease and the stamps of a deployer that takes over, or asks another one to stop."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leases import SECONDS, deployment, fenced
from memory_cluster import MemoryCluster
from seatrial.errors import HeldError
from seatrial.kube.fencing import FencedCluster
from seatrial.kube.labels import TRANSITION
from virtual_runtime import VirtualRuntime


def test_a_takeover_stamps_every_object(
    stored: MemoryCluster, holder: FencedCluster, runtime: VirtualRuntime
) -> None:
    """Slots, Services and records are stamped; what they contain is unchanged."""
    second = fenced(stored, "ben@ci/2", runtime)
    runtime.suspend(SECONDS + 1)
    with second.lease.hold():
        second.take_over("trial")
    stamps = {key[1]: each["metadata"].get("annotations", {}) for key, each in stored.objects.items()}
    assert stamps["classifier-blue"] == stamps["release-1"] == {TRANSITION: "2"}
    assert stored.objects["Deployment", "classifier-blue"]["spec"] == {"replicas": 2}


def test_a_deleted_lease_does_not_restart_the_numbers(
    stored: MemoryCluster, holder: FencedCluster, runtime: VirtualRuntime
) -> None:
    """After a person has deleted the Lease, the next holder's number is above all stamps."""
    for number in range(3):
        holder.lease.transition = number
        holder.apply(deployment())
    stored.delete("Lease", "seatrial", "trial")
    second = fenced(stored, "ben@ci/2", runtime)
    with second.lease.hold():
        second.apply(deployment())
        assert second.lease.transition == 3


@pytest.mark.parametrize("stamp", ["9999999999", "9" * 5000, "-1", "ten", "\u0662"])
def test_a_stamp_that_was_edited_by_hand_locks_nobody_out(
    stored: MemoryCluster, runtime: VirtualRuntime, stamp: str
) -> None:
    """The API server's number of transitions has 32 bits; another text counts as no stamp."""
    stored.apply(
        {**deployment(), "metadata": {**deployment()["metadata"], "annotations": {TRANSITION: stamp}}}
    )
    found = fenced(stored, "ann@laptop/1", runtime)
    with found.lease.hold():
        found.apply(deployment(7))
    assert stored.objects["Lease", "seatrial"]["spec"]["leaseTransitions"] == 1


def test_a_lease_that_was_not_taken_over_is_not_released(
    stored: MemoryCluster, holder: FencedCluster, runtime: VirtualRuntime
) -> None:
    """If stamping fails, the next holder has to do it: for it the Lease has expired too."""
    runtime.suspend(SECONDS + 1)
    with fenced(stored, "ben@ci/2", runtime).lease.hold():
        pass
    runtime.suspend(SECONDS + 1)
    third = fenced(stored, "eve@ci/3", runtime)
    with third.lease.hold():
        assert third.lease.expired


def test_a_stop_request_reaches_the_holder_within_seconds(
    stored: MemoryCluster, holder: FencedCluster, runtime: VirtualRuntime
) -> None:
    """A deployer that waits for the Lease can ask its holder to stop; the Lease stays the holder's."""
    second = replace(holder.lease, holder="ben@ci/2")
    with pytest.raises(HeldError), second.hold(stop_holder="ben rolls back: wrong labels"):
        pass
    holder.lease.check_not_stopped()
    runtime.sleep(3)
    with pytest.raises(Exception, match="stopped: ben rolls back: wrong labels") as caught:
        holder.lease.check_not_stopped()
    assert getattr(caught.value, "exit_code", None) == 10
    holder.lease.check()
    holder.apply(deployment(7))

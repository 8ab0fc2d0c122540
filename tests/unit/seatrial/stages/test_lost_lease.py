"""A deployer whose Lease another one has acquired changes nothing more. All in virtual time."""

from __future__ import annotations

import pytest

from seatrial.errors import HeldError, SeatrialError
from seatrial.release.attempt import begin
from seatrial.release.undo import undo
from virtual_environment import LEASE_SECONDS, VirtualEnvironment

# The holder renews its Lease four times in its duration, and then learns that it is lost.
NOTICED_SECONDS = LEASE_SECONDS / 4 + 1
LOST_AT = 100.0


def lose_lease_later(virtual: VirtualEnvironment) -> float:
    """Let another deployer acquire the Lease after LOST_AT seconds; return the virtual time of that."""

    def lose() -> None:
        virtual.clock.sleep(LOST_AT)
        virtual.take_lease()

    virtual.clock.start(lose)
    return virtual.clock.monotonic() + LOST_AT


def test_a_lost_lease_ends_the_rollout(virtual: VirtualEnvironment) -> None:
    """Replicas that are not available yet are not waited for."""
    virtual.configure(rollout_seconds=600.0)
    virtual.cluster.ready = lambda _: False
    lost = lose_lease_later(virtual)
    with pytest.raises(SeatrialError, match="local is held by other@host/2"):
        virtual.deploy(virtual.image("a"))
    assert lost < virtual.clock.monotonic() < lost + NOTICED_SECONDS
    assert virtual.states == {"local-1": "candidate"}


def test_a_lost_lease_ends_the_preview(virtual: VirtualEnvironment) -> None:
    """The suite is not waited for, and the candidate is left to the new holder."""
    virtual.runner.seconds = 600
    lost = lose_lease_later(virtual)
    with pytest.raises(SeatrialError, match="local is held by other@host/2"):
        virtual.deploy(virtual.image("a"))
    assert lost < virtual.clock.monotonic() < lost + NOTICED_SECONDS
    assert virtual.states == {"local-1": "candidate"}


def test_a_lost_lease_ends_the_bake(virtual: VirtualEnvironment) -> None:
    """The bake window is not waited for, and the pending release is left to the new holder."""
    virtual.deploy(virtual.image("a"))
    virtual.configure(bake_seconds=600.0)
    lost = lose_lease_later(virtual)
    with pytest.raises(HeldError, match="local is held by other@host/2"):
        virtual.accept()
    assert lost < virtual.clock.monotonic() < lost + NOTICED_SECONDS
    assert virtual.states == {"local-1": "pending"}
    assert virtual.live == "local-1"


def test_users_are_not_switched_without_the_lease(virtual: VirtualEnvironment) -> None:
    """If the Lease is lost after the preview, the switch changes neither record nor live Service."""
    virtual.release()
    target = virtual.target
    with target.lease.hold():
        attempt = begin(target, virtual.images.facts[virtual.image("b")])
        attempt.start()
        virtual.lose_lease()
        with pytest.raises(HeldError, match="local is held by other@host/2"):
            attempt.switch()
    assert virtual.live == "local-1"
    assert virtual.states == {"local-1": "stable", "local-2": "candidate"}


def test_a_release_is_not_accepted_without_the_lease(virtual: VirtualEnvironment) -> None:
    """If the Lease is lost after the bake, no record is changed and no slot is emptied."""
    virtual.release()
    virtual.deploy(virtual.image("b"))
    virtual.runner.at_end = virtual.lose_lease
    with pytest.raises(HeldError, match="local is held by other@host/2"):
        virtual.accept()
    assert virtual.states == {"local-1": "stable", "local-2": "pending"}
    assert ("Deployment", "classifier-blue") in virtual.cluster.objects


def test_a_release_is_not_undone_without_the_lease(virtual: VirtualEnvironment) -> None:
    """Undoing is left to the new holder, which may have released something else already."""
    virtual.release()
    target = virtual.target
    with target.lease.hold():
        attempt = begin(target, virtual.images.facts[virtual.image("b")])
        attempt.start()
        attempt.switch()
        virtual.lose_lease()
        with pytest.raises(HeldError, match="local is held by other@host/2"):
            undo(target, attempt.record, "it failed")
    assert virtual.live == "local-2"
    assert virtual.states == {"local-1": "stable", "local-2": "pending"}
    assert ("Deployment", "classifier-green") in virtual.cluster.objects


def test_another_deployer_is_refused_while_a_release_is_pending(virtual: VirtualEnvironment) -> None:
    """The stage deploy keeps the Lease for accept, for longer than a deployer's own Lease lasts."""
    virtual.deploy(virtual.image("a"))
    virtual.clock.sleep(2 * LEASE_SECONDS)
    with pytest.raises(HeldError, match="local is held by somebody@host/1") as caught:
        virtual.deploy(virtual.image("b"))
    assert caught.value.hint == "local-1 is pending: run make accept or make rollback"
    assert virtual.states == {"local-1": "pending"}
    assert virtual.accept().release == "local-1"

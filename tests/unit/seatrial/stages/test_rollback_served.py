"""rollback after real deploys and accepts. All in virtual time."""

from __future__ import annotations

import pytest

from seatrial.errors import HeldError
from unit.seatrial.stages.occupied_slot import fill_slot_before
from virtual_environment import VirtualEnvironment

GREEN = ("Deployment", "classifier-green")


@pytest.fixture
def second(virtual: VirtualEnvironment) -> VirtualEnvironment:
    """A stable second release in slot green; the first one was in slot blue."""
    virtual.release("a")
    virtual.release("b")
    return virtual


def test_a_pending_release_is_rolled_back_at_once(virtual: VirtualEnvironment) -> None:
    """The Lease that deploy keeps for a pending release is adopted without waiting."""
    virtual.release("a")
    virtual.deploy(virtual.image("b"))
    start = virtual.clock.monotonic()
    result = virtual.rollback()
    assert (result.release, result.replaced) == ("local-1", "local-2")
    assert virtual.clock.monotonic() - start < 1
    assert virtual.live == "local-1"
    assert virtual.states == {"local-1": "stable", "local-2": "switched-back"}


def test_the_slot_of_the_returning_release_is_emptied_first(second: VirtualEnvironment) -> None:
    """Objects and pods that are left in the slot are gone when the release starts there again."""
    pods_at_start = fill_slot_before(second, "blue", "local-1")
    second.rollback()
    assert pods_at_start == []
    assert second.live == "local-1"


def test_an_interrupted_return_is_completed_by_the_next_rollback(second: VirtualEnvironment) -> None:
    """One rollback that is typed twice is one: users are on the previous release, and stay there."""

    def interrupt(release: str) -> bool:
        if release == "local-1":
            raise KeyboardInterrupt
        return True

    second.cluster.ready = interrupt
    with pytest.raises(KeyboardInterrupt):
        second.rollback()
    assert second.states == {"local-1": "returning", "local-2": "stable"}
    second.cluster.ready = lambda _: True
    result = second.rollback()
    assert (result.release, result.replaced) == ("local-1", "local-2")
    assert second.live == "local-1"
    assert second.states == {"local-1": "stable", "local-2": "rolled-back"}
    assert GREEN not in second.cluster.objects


def test_a_lost_lease_ends_the_rollback(second: VirtualEnvironment) -> None:
    """If another deployer acquires the Lease while the release starts, users and records are not changed."""
    second.configure(rollout_seconds=600.0)

    def lose(release: str) -> bool:
        if release == "local-1":
            second.lose_lease()
        return True

    second.cluster.ready = lose
    with pytest.raises(HeldError, match="local is held by other@host/2"):
        second.rollback()
    assert second.live == "local-2"
    assert second.states == {"local-1": "returning", "local-2": "stable"}

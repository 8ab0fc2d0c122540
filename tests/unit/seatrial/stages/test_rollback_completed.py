"""What an interrupted deployer left is completed by others, in any order. All in virtual time."""

from __future__ import annotations

import pytest

from seatrial.kube.labels import LIVE
from seatrial.release.attempt import begin
from seatrial.release.recovery import complete_return
from seatrial.stages.resume import resume
from seatrial.stages.settle import settle
from virtual_environment import VirtualEnvironment


@pytest.fixture
def interrupted(virtual: VirtualEnvironment) -> VirtualEnvironment:
    """Three releases; a rollback from local-3 to local-2 was interrupted while local-2 started."""
    for number, letter in enumerate("abc"):
        virtual.deploy(virtual.image(letter, model=str(number)))
        virtual.accept()

    def interrupt(release: str) -> bool:
        if release == "local-2":
            raise KeyboardInterrupt
        return True

    virtual.cluster.ready = interrupt
    with pytest.raises(KeyboardInterrupt):
        virtual.rollback()
    virtual.cluster.ready = lambda _: True
    return virtual


def test_a_rollback_that_another_deployer_completes_is_not_done_twice(
    interrupted: VirtualEnvironment,
) -> None:
    """Typed again while `deploy` completes it, it takes users one release back, not two."""
    other = interrupted.target
    with other.hold():
        again = interrupted.clock.start(interrupted.rollback)
        interrupted.clock.sleep(1)
        returning = other.records.returning()
        assert returning
        complete_return(other, returning)
    assert (again.result().release, again.result().replaced) == ("local-2", "local-3")
    assert interrupted.live == "local-2"


def test_a_completed_rollback_holds_what_was_resumed_meanwhile(interrupted: VirtualEnvironment) -> None:
    """`resume` between the two: the second rollback puts the hold again."""
    resume(interrupted.settings, interrupted.workspace, "local", interrupted.services)
    interrupted.rollback()
    replaced = interrupted.target.records.find("local-3")
    assert replaced
    assert replaced.hold


def test_a_release_that_was_begun_meanwhile_is_not_rolled_back_instead(virtual: VirtualEnvironment) -> None:
    """A rollback from the stable release goes on after undoing what a killed deployer began since."""
    virtual.release("a")
    virtual.release("b")
    other = virtual.target
    holds = other.lease.hold()
    holds.__enter__()
    rolling_back = virtual.clock.start(virtual.rollback)
    virtual.clock.sleep(1)
    begin(other, virtual.images.facts[virtual.image("c")])
    # A killed process does not renew its Lease.
    virtual.cluster.objects["Lease", "seatrial"]["spec"]["holderIdentity"] = "killed@ci/3"
    result = rolling_back.result()
    assert (result.release, result.replaced) == ("local-1", "local-2")
    assert virtual.states == {"local-1": "stable", "local-2": "rolled-back", "local-3": "refused"}
    assert [record.release for record in virtual.target.records.all() if record.hold] == ["local-2"]


def test_the_next_deploy_leaves_one_release_stable(virtual: VirtualEnvironment) -> None:
    """An accept was killed between its two records."""
    virtual.release("a")
    virtual.deploy(virtual.image("b"))
    target = virtual.target
    with target.hold(adopt=True):
        pending = target.records.pending()
        assert pending
        target.records.move(pending, "stable")
    virtual.deploy(virtual.image("c"))
    assert virtual.states == {"local-1": "superseded", "local-2": "stable", "local-3": "pending"}


def test_settle_removes_a_live_service_of_a_first_release_that_was_given_up(
    virtual: VirtualEnvironment,
) -> None:
    """A deployer that was suspended before its first switch may create it after others have undone it."""
    virtual.deploy(virtual.image("a"))
    service = virtual.cluster.objects["Service", LIVE]
    virtual.rollback()
    assert ("Service", LIVE) not in virtual.cluster.objects
    virtual.cluster.apply({**service, "metadata": {"name": LIVE, "labels": service["metadata"]["labels"]}})
    settle(virtual.settings, virtual.workspace, "local", virtual.services)
    assert ("Service", LIVE) not in virtual.cluster.objects

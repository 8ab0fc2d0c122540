"""A rollback that is typed again, after every way in which the first one ended. All in virtual time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from memory_target import unfenced_records, unfenced_slots
from seatrial.errors import RefusedError, RollbackFailedError, RolledBackError
from seatrial.kube.protocol import ClusterError, Manifest
from seatrial.stages.accept import accept
from seatrial.stages.rollback import rollback
from seatrial.stages.settle import settle
from virtual_environment import VirtualEnvironment


@pytest.fixture
def third(virtual: VirtualEnvironment) -> VirtualEnvironment:
    """A stable third release; each release has a model of its own."""
    for letter in "abc":
        virtual.deploy(virtual.image(letter, model=letter))
        virtual.accept()
    return virtual


def held(virtual: VirtualEnvironment) -> list[str]:
    """Return the releases on hold."""
    return [record.release for record in virtual.target.records.all() if record.hold]


def test_a_repeated_rollback_changes_nothing(third: VirtualEnvironment) -> None:
    """Both end with the same result, and only what the first one took back is on hold."""
    first, second = third.rollback(), third.rollback()
    assert (first.release, first.replaced) == (second.release, second.replaced) == ("local-2", "local-3")
    assert third.live == "local-2"
    assert held(third) == ["local-3"]


def test_again_goes_back_one_release_more(third: VirtualEnvironment) -> None:
    """With `again` the release that was returned to is left too."""
    third.rollback()
    result = rollback(third.settings, third.workspace, "local", third.services, again=True)
    assert (result.release, third.live) == ("local-1", "local-1")
    assert held(third) == ["local-2", "local-3"]


def test_a_rollback_that_failed_after_the_switch_is_completed(third: VirtualEnvironment) -> None:
    """It ended with 21, and its hint is to repeat it: users stay where they were returned to."""
    apply: Callable[[Manifest, str], Manifest] = third.cluster.apply
    denied: list[str] = []

    def deny(manifest: Manifest, manager: str = "seatrial") -> Manifest:
        if manifest["kind"] == "Deployment" and third.live == "local-2" and not denied:
            denied.append("once")
            raise ClusterError("denied by a webhook", 403)
        return apply(manifest, manager)

    third.cluster.apply = deny  # type: ignore[method-assign]
    with pytest.raises(RollbackFailedError, match="users are on local-2"):
        third.rollback()
    assert third.states["local-2"] == "returning"
    assert third.rollback().release == "local-2"
    assert third.states == {"local-1": "superseded", "local-2": "stable", "local-3": "rolled-back"}


def test_a_rollback_of_an_older_version_is_completed(third: VirtualEnvironment) -> None:
    """It recorded the returning release as stable first, and was interrupted before the second record."""
    records, slots = unfenced_records(third.target), unfenced_slots(third.target)
    second = records.move(records.all()[1], "returning", "from local-3")
    second = records.move(second, "stable", "returned from local-3")
    slots.fill(second.slot, records.manifests(second).slot)
    slots.switch(records.manifests(second).shared)
    assert third.rollback().replaced == "local-3"
    assert third.live == "local-2"
    assert third.states["local-3"] == "rolled-back"


def test_a_return_that_cannot_succeed_is_given_up_without_a_live_service(third: VirtualEnvironment) -> None:
    """The live Service was deleted by hand: users are sent to the stable release again."""
    third.configure(rollout_seconds=5.0)
    third.cluster.ready = lambda release: release != "local-2"
    del third.cluster.objects["Service", "classifier"]
    with pytest.raises(RollbackFailedError, match="local-3 still serves"):
        third.rollback()
    assert (third.live, third.states["local-2"]) == ("local-3", "superseded")


@pytest.mark.parametrize("command", ["accept", "settle"])
def test_what_a_rollback_began_to_undo_is_not_accepted(third: VirtualEnvironment, command: str) -> None:
    """The rollback was killed after it had put the hold: the release is switched back by the next command."""
    third.deploy(third.image("d", model="d"))
    unfenced_records(third.target).put_hold(third.target.records.all()[-1], "wrong labels")
    run = {"accept": accept, "settle": settle}[command]
    with pytest.raises(RolledBackError, match=r"local-4 is on hold: .*wrong labels"):
        run(third.settings, third.workspace, "local", third.services)
    assert (third.live, third.states["local-4"]) == ("local-3", "switched-back")


def test_users_are_not_returned_to_a_held_release(third: VirtualEnvironment) -> None:
    """A rollback from local-3 was given up, so local-3 stayed stable, on hold, until local-4 replaced it."""
    unfenced_records(third.target).put_hold(third.target.records.all()[-1], "wrong labels")
    third.deploy(third.image("d", model="d"))
    third.accept()
    with pytest.raises(RefusedError, match="local-3, to which to return, is on hold"):
        third.rollback()
    assert third.live == "local-4"


def test_an_accepted_image_is_not_held_by_a_later_build(virtual: VirtualEnvironment) -> None:
    """Two builds of one commit and model: rolling the second back does not block the first."""
    virtual.release("a")
    virtual.release("b")
    virtual.rollback()
    virtual.release("a")
    assert virtual.live == "local-3"


def test_a_candidate_is_removed_if_the_stable_release_cannot_start(third: VirtualEnvironment) -> None:
    """Users are not on the candidate, so nothing is waited for; a rollback goes to an older release."""
    third.configure(rollout_seconds=5.0)
    third.cluster.ready = lambda release: release not in ("local-3", "local-4")
    third.cluster.objects["Deployment", "classifier-blue"]["status"]["availableReplicas"] = 0
    with pytest.raises(RefusedError, match="preview of local-4 failed, it is removed"):
        third.deploy(third.image("d", model="d"))
    assert third.states["local-4"] == "refused"
    assert third.rollback().release == "local-2"
    assert third.live == "local-2"


def test_the_number_of_a_deleted_record_is_not_used_again(third: VirtualEnvironment) -> None:
    """A second local-3 would be taken for the one that is live."""
    del third.cluster.objects["ConfigMap", "release-3"]
    third.cluster.ready = lambda release: release != "local-4"
    third.configure(rollout_seconds=5.0)
    with pytest.raises(RefusedError, match="preview of local-4 failed"):
        third.deploy(third.image("d", model="d"))
    assert ("Service", "classifier") in third.cluster.objects


def test_a_rollback_that_was_given_up_is_continued(third: VirtualEnvironment) -> None:
    """It ended with 21 and left local-3 on hold; the next one undoes local-4 and leaves local-3 too."""
    third.configure(rollout_seconds=5.0)
    third.cluster.ready = lambda release: release != "local-2"
    with pytest.raises(RollbackFailedError):
        third.rollback()
    third.cluster.ready = lambda _: True
    third.deploy(third.image("d", model="d"))
    assert third.rollback().release == "local-2"
    assert third.live == "local-2"
    assert held(third) == ["local-3", "local-4"]

"""A pending release fails its bake, and the stable one cannot be started. All in virtual time."""

from __future__ import annotations

import pytest

from prediction_server import Behaviour
from seatrial.errors import RefusedError, RollbackFailedError, RolledBackError
from seatrial.kube.labels import RELEASE, deployment
from seatrial.release.record import Record
from seatrial.stages.history import history
from seatrial.stages.rollback import rollback
from seatrial.stages.settle import settle
from virtual_environment import LEASE_SECONDS, VirtualEnvironment

# After this time the Lease of a pending release has expired.
HANDED_OVER_SECONDS = 5 * LEASE_SECONDS + 1
WRONG = Behaviour(label="wrong")


@pytest.fixture
def locked(virtual: VirtualEnvironment) -> VirtualEnvironment:
    """The stable local-1 cannot be started, and users are on local-2, which failed its bake."""
    virtual.release("a")
    virtual.deploy(virtual.image("b"))
    lose(virtual, "local-1")
    virtual.behaviours["local-2"] = WRONG
    with pytest.raises(RollbackFailedError):
        virtual.accept()
    return virtual


def lose(virtual: VirtualEnvironment, *releases: str) -> None:
    """Let no replica of these releases become available any more, as if their images were lost."""
    virtual.cluster.ready = lambda release: release not in releases
    for (kind, _), found in virtual.cluster.objects.items():
        if kind == "Deployment" and found["metadata"]["labels"][RELEASE] in releases:
            found["status"]["availableReplicas"] = 0


def record(virtual: VirtualEnvironment, release: str) -> Record:
    """Return the record of a release."""
    found = virtual.target.records.find(release)
    assert found
    return found


def test_every_command_but_a_release_ends_21_and_users_stay(locked: VirtualEnvironment) -> None:
    """The message names the release that cannot be started, the hint the command that helps."""
    commands = (
        locked.accept,
        lambda: settle(locked.settings, locked.workspace, "local", locked.services),
        locked.rollback,
    )
    for command in commands:
        with pytest.raises(RollbackFailedError, match=r"local-2 could not be undone: rollout of") as caught:
            command()
        assert "make deploy" in caught.value.hint
        assert locked.live == "local-2"


def test_a_release_that_works_replaces_both(locked: VirtualEnvironment) -> None:
    """Users go from the failed release to the new one in one switch; the stable one is superseded."""
    locked.release("c")
    assert locked.live == "local-3"
    assert locked.states == {"local-1": "superseded", "local-2": "switched-back", "local-3": "stable"}
    slots = [name for kind, name in locked.cluster.objects if kind == "Deployment"]
    assert slots == [deployment("blue")]


def test_the_record_names_what_it_was_released_over(locked: VirtualEnvironment) -> None:
    """`history` shows it too."""
    locked.release("c")
    found = record(locked, "local-3")
    assert (found.previous, found.fallback, found.slot) == ("local-1", "local-2", "blue")
    rows = history(locked.settings, locked.workspace, "local", locked.services).releases
    assert "over local-2, as local-1 could not be started" in rows[0].why


def test_a_candidate_that_preview_refuses_leaves_users_where_they_are(locked: VirtualEnvironment) -> None:
    """Exit code 10: the candidate is removed, and no request of a user is sent to its slot."""
    locked.behaviours["local-3"] = WRONG
    with pytest.raises(RefusedError):
        locked.deploy(locked.image("c"))
    assert locked.live == "local-2"
    assert locked.states == {"local-1": "stable", "local-2": "pending", "local-3": "refused"}
    assert ("Deployment", deployment("blue")) not in locked.cluster.objects


def test_a_release_that_fails_its_bake_is_undone_to_what_served_before(locked: VirtualEnvironment) -> None:
    """Exit code 20 in one switch; the hint names the release that serves again."""
    locked.deploy(locked.image("c"))
    locked.behaviours["local-3"] = WRONG
    with pytest.raises(RolledBackError) as caught:
        locked.accept()
    assert caught.value.hint.startswith("local-2 serves again")
    assert locked.live == "local-2"
    assert locked.states["local-3"] == "switched-back"


def test_the_next_release_may_be_tried_at_once(locked: VirtualEnvironment) -> None:
    """A failed attempt does not lock the environment again."""
    locked.behaviours["local-3"] = WRONG
    with pytest.raises(RefusedError):
        locked.deploy(locked.image("c"))
    locked.release("d")
    assert locked.live == "local-4"


def test_the_stable_release_is_returned_to_once_it_starts(locked: VirtualEnvironment) -> None:
    """Nothing that is needed for it was lost when its slot was given to a candidate."""
    locked.behaviours["local-3"] = WRONG
    with pytest.raises(RefusedError):
        locked.deploy(locked.image("c"))
    locked.cluster.ready = lambda _: True
    locked.rollback()
    assert locked.live == "local-1"
    assert locked.states["local-2"] == "switched-back"


def test_a_stable_release_that_runs_is_never_replaced(virtual: VirtualEnvironment) -> None:
    """An interrupted release is undone first, as ever: the candidate gets its slot."""
    virtual.release("a")
    virtual.deploy(virtual.image("b"))
    virtual.clock.sleep(HANDED_OVER_SECONDS)
    virtual.release("c")
    found = record(virtual, "local-3")
    assert (found.fallback, found.slot) == ("", "green")
    assert virtual.states["local-2"] == "switched-back"


def test_the_criteria_are_those_of_the_stable_release(locked: VirtualEnvironment) -> None:
    """The baseline is what the stable release returned, not what the failed one returns."""
    locked.release("c")
    found = record(locked, "local-3").baseline
    assert found
    assert found.release == "local-1"
    assert found == record(locked, "local-2").baseline


def test_a_rollback_returns_to_the_release_before_the_lost_one(virtual: VirtualEnvironment) -> None:
    """The lost one has the slot that users are on; the one before it has the other."""
    virtual.release("e")
    virtual.release("a")
    virtual.deploy(virtual.image("b"))
    virtual.clock.sleep(HANDED_OVER_SECONDS)
    lose(virtual, "local-2")
    virtual.release("c")
    assert record(virtual, "local-4").fallback == "local-3"
    virtual.rollback()
    assert virtual.live == "local-1"
    assert virtual.states["local-4"] == "rolled-back"


def test_only_what_a_rollback_is_about_is_held(locked: VirtualEnvironment) -> None:
    """A rollback of the newer release undoes it, holds it, and ends 21 on the one below."""
    locked.deploy(locked.image("c"))
    with pytest.raises(RollbackFailedError, match="local-2 could not be undone"):
        rollback(locked.settings, locked.workspace, "local", locked.services, why="slow")
    assert locked.live == "local-2"
    assert record(locked, "local-3").hold
    assert not record(locked, "local-2").hold


def test_accept_removes_an_interrupted_candidate_before_it_bakes(
    locked: VirtualEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deployer was killed while its candidate started; the pending release passes its bake now."""
    with monkeypatch.context() as killed:
        killed.setattr("seatrial.stages.deploy._preview", lambda *_: None)
        killed.setattr("seatrial.stages.deploy._switch", lambda _: "http://198.51.100.1")
        locked.deploy(locked.image("c"))
    del locked.behaviours["local-2"]
    locked.accept()
    assert locked.states == {"local-1": "superseded", "local-2": "stable", "local-3": "refused"}


def test_a_release_that_was_accepted_before_the_older_one_was_ended_is_finished(
    locked: VirtualEnvironment,
) -> None:
    """If `accept` is killed between its writes, its release serves, and the next command ends the other."""
    locked.deploy(locked.image("c"))
    target = locked.target
    with target.hold(adopt=True):
        target.records.move(record(locked, "local-3"), "stable")
    with pytest.raises(RefusedError, match="no release is pending"):
        locked.accept()
    assert locked.live == "local-3"
    assert locked.states["local-2"] == "switched-back"

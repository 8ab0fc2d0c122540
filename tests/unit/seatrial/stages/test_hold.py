"""The hold of a rollback: what was taken back is not released again until resume. All in virtual time."""

from __future__ import annotations

import pytest

from seatrial.errors import RefusedError
from seatrial.stages.history import history
from seatrial.stages.resume import resume
from seatrial.stages.rollback import rollback
from virtual_environment import VirtualEnvironment


@pytest.fixture
def rolled_back(virtual: VirtualEnvironment) -> VirtualEnvironment:
    """Release local-2 was rolled back; local-1, with another model, serves."""
    virtual.deploy(virtual.image("a", model="c"))
    virtual.accept()
    virtual.release("b")
    rollback(virtual.settings, virtual.workspace, "local", virtual.services, why="wrong labels")
    return virtual


def test_a_rolled_back_image_is_not_released_again(rolled_back: VirtualEnvironment) -> None:
    """The error names who rolled it back, when and why, and the command that lifts the hold."""
    with pytest.raises(
        RefusedError, match=r"local-2 was rolled back by somebody@host/1 at 2026-.*wrong labels"
    ) as e:
        rolled_back.deploy(rolled_back.image("b"))
    assert e.value.hint.startswith("make resume ENV=local")
    assert rolled_back.live == "local-1"
    assert len(rolled_back.states) == 2


def test_the_same_commit_and_model_built_again_are_held_too(rolled_back: VirtualEnvironment) -> None:
    """A night that builds the same working state with the same model gets another digest; it is refused."""
    with pytest.raises(RefusedError, match="is on hold"):
        rolled_back.deploy(rolled_back.image("e"))


def test_another_model_may_be_released(rolled_back: VirtualEnvironment) -> None:
    """The hold is on the working state with its model, not on the environment."""
    rolled_back.deploy(rolled_back.image("e", model="a"))
    rolled_back.accept()
    assert rolled_back.live == "local-3"


def test_after_resume_it_may_be_released(rolled_back: VirtualEnvironment) -> None:
    """`resume` lists what it lifted; a second one finds nothing."""
    result = resume(rolled_back.settings, rolled_back.workspace, "local", rolled_back.services)
    assert result.resumed == ("local-2",)
    again = resume(rolled_back.settings, rolled_back.workspace, "local", rolled_back.services)
    assert again.resumed == ()
    rolled_back.release("b")
    assert rolled_back.live == "local-3"


def test_history_shows_the_hold(rolled_back: VirtualEnvironment) -> None:
    """The row of the release has who put the hold, since when, and why."""
    found = history(rolled_back.settings, rolled_back.workspace, "local", rolled_back.services)
    rows = {row.release: row.why for row in found.releases}
    assert "on hold by somebody@host/1 since 2026-" in rows["local-2"]
    assert "wrong labels" in rows["local-2"]
    assert "on hold" not in rows["local-1"]


def test_a_pending_release_that_is_rolled_back_is_held(virtual: VirtualEnvironment) -> None:
    """Whatever the state that a release is taken back from, it is held."""
    virtual.deploy(virtual.image("a"))
    virtual.rollback()
    with pytest.raises(RefusedError, match="is on hold"):
        virtual.deploy(virtual.image("a"))


def test_a_release_that_failed_by_itself_is_not_held(virtual: VirtualEnvironment) -> None:
    """A failed check may have had an outside cause: it may be released again."""
    virtual.release("a")
    virtual.cluster.ready = lambda release: release != "local-2"
    with pytest.raises(RefusedError):
        virtual.deploy(virtual.image("b"))
    virtual.cluster.ready = lambda _: True
    virtual.release("b")
    assert virtual.live == "local-3"


def test_records_with_a_hold_are_not_trimmed(rolled_back: VirtualEnvironment) -> None:
    """The hold would be forgotten with its record."""
    rolled_back.configure(keep_releases=1)
    for letter in "ef":
        rolled_back.deploy(rolled_back.image(letter, model=letter))
        rolled_back.accept()
    assert "local-2" in rolled_back.states

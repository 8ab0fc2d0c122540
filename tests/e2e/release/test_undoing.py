"""What turns wrong after the switch is undone without anyone acting."""

from __future__ import annotations

from collections.abc import Callable

from e2e.load import Users
from e2e.release.conftest import Trial
from e2e.release.images import Images
from seatrial.release.records import Record


def test_what_turns_wrong_after_the_switch_is_switched_back(
    trial: Trial, first: Record, images: Images, crowd: Users, answers: Callable[[], list[object]]
) -> None:
    """A release that turns wrong is switched back: what serves then equals what served before, 0 failed."""
    before, answered = trial.stable(), answers()
    code, output = trial.run("deploy", "--image", images.turning_wrong(trial.target.environment.host))
    assert code == 0, output
    with crowd:
        code, output = trial.run("accept")
    assert code == 20, output
    assert "switched back" in output or "serves again" in output
    assert (trial.last().state, trial.stable().release) == ("switched-back", before.release)
    assert trial.pods() == {before.release: trial.target.environment.replicas}
    assert answers() == answered
    assert crowd.failed() == []
    assert crowd.releases() == [trial.last().release, before.release]
    assert crowd.wrong(), "it never turned wrong: the test proves nothing"
    assert all(answer.release == trial.last().release for answer in crowd.wrong())


def test_a_pending_release_is_undone_by_hand(trial: Trial, first: Record, images: Images) -> None:
    """Rollback undoes a pending release, although no promise of it was broken."""
    before = trial.stable()
    code, output = trial.run("deploy", "--image", images.honest("unwanted"))
    assert code == 0, output
    code, output = trial.run("rollback")
    assert code == 0, output
    assert (trial.last().state, trial.stable().release) == ("switched-back", before.release)
    assert trial.pods() == {before.release: trial.target.environment.replicas}

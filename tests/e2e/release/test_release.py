"""An honest release, and the way back: nobody notices."""

from __future__ import annotations

from collections.abc import Callable

from e2e.load import Users
from e2e.release.conftest import Trial
from e2e.release.images import Images
from seatrial.release.record import Record


def test_nobody_notices_a_release(trial: Trial, first: Record, images: Images, crowd: Users) -> None:
    """Users see no failed and no wrong answer while a release replaces another."""
    image, before = images.honest("second"), trial.stable()
    with crowd:
        code, output = trial.release(image)
    assert code == 0, output
    stable = trial.stable()
    assert (stable.reference, stable.previous) == (image, before.release)
    assert crowd.failed() == []
    assert crowd.wrong() == []
    assert crowd.releases() == [before.release, stable.release]
    assert {answer.connection for answer in crowd.answers} == {"kept", "new"}
    assert _compared(stable) == {"answers come as soon as from stable", "answers are as sure as from stable"}


def test_nobody_notices_a_rollback(
    trial: Trial, first: Record, images: Images, crowd: Users, answers: Callable[[], list[object]]
) -> None:
    """A rollback brings back the stable release before this: its answers, its pods, and no failed request."""
    before, answered = trial.stable(), answers()
    code, output = trial.release(images.honest("third"))
    assert code == 0, output
    replaced = trial.stable()
    with crowd:
        code, output = trial.run("rollback")
    assert code == 0, output
    assert trial.stable().release == before.release
    assert trial.pods() == {before.release: trial.target.environment.replicas}
    assert answers() == answered
    assert crowd.failed() == []
    assert crowd.wrong() == []
    assert crowd.releases() == [replaced.release, before.release]
    assert trial.last().state == "rolled-back"


def _compared(record: Record) -> set[str]:
    """Return by what it was found no worse than stable: compared, not let off for want of answers."""
    found = {verdict.name: verdict.detail for verdict in record.verdicts if "from stable" in verdict.name}
    return {name for name, detail in found.items() if not detail.startswith("not compared")}

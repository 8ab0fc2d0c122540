"""Whatever goes wrong with a release: users of the stable one notice nothing, and nothing of it stays."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from e2e.load import Users
from e2e.release.conftest import Trial
from e2e.release.faults import FAULTS, Fault
from e2e.release.images import Images
from e2e.release.intact import differences
from e2e.release.ordeal import Outcome, undergo
from seatrial.release.record import Record
from seatrial.wait import until

BACK_SECONDS, GONE_SECONDS = 2, 60
# What a hand changed is rolled out anew, one replica after the other.
SETTLED_SECONDS = 60


def _each() -> list[object]:
    """Return the whole table, the quick ones for every run."""
    return [pytest.param(f, id=f.name, marks=() if f.quick else pytest.mark.faults) for f in FAULTS]


@pytest.mark.parametrize("fault", _each())
def test_nothing_wrong_stays(
    trial: Trial,
    first: Record,
    images: Images,
    crowd: Users,
    answers: Callable[[], list[object]],
    fault: Fault,
) -> None:
    """A release that goes wrong is undone in time, and said why; what serves then is the stable release."""
    before, answered = trial.stable(), answers()
    outcome = undergo(trial, fault, images, crowd)
    assert outcome.code == fault.code, outcome.output
    assert fault.says in outcome.output
    assert outcome.from_stable(crowd) == 0, crowd.failed() + crowd.wrong()
    assert outcome.too_early(crowd) == 0
    assert (outcome.record.state if outcome.record else None) == fault.left
    _in_time(outcome)
    if fault.left == "stable":
        assert outcome.record
        assert trial.stable().release == outcome.record.release
    else:
        assert (trial.stable().release, answers()) == (before.release, answered)
    assert differences(trial) == []
    until(f"nothing but {trial.stable().release}", lambda: _alone(trial), SETTLED_SECONDS)


def _in_time(outcome: Outcome) -> None:
    if outcome.code == 20:
        assert outcome.back is not None
        assert outcome.back <= BACK_SECONDS
    if outcome.record and outcome.code:
        assert outcome.gone is not None
        assert outcome.gone <= GONE_SECONDS


def _alone(trial: Trial) -> bool | None:
    wanted = {trial.stable().release: trial.target.environment.replicas}
    return True if trial.pods() == wanted else None

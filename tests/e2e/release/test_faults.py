"""Whatever goes wrong with a release: users of the stable one notice nothing, and nothing of it stays."""

from __future__ import annotations

import pytest

from e2e.load import Users
from e2e.release.conftest import Trial
from e2e.release.faults import FAULTS, Fault
from e2e.release.images import Images
from e2e.release.intact import differences
from e2e.release.ordeal import undergo
from seatrial.release.records import Record

BACK_SECONDS, GONE_SECONDS = 2, 60


@pytest.mark.faults
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_nothing_wrong_stays(trial: Trial, first: Record, images: Images, crowd: Users, fault: Fault) -> None:
    """A release that goes wrong is undone in time and said why; what serves then is the stable release."""
    before = trial.stable()
    outcome = undergo(trial, fault, images, crowd)
    assert outcome.code == fault.code, outcome.output
    assert fault.says in outcome.output
    assert outcome.from_stable(crowd) == 0, crowd.failed() + crowd.wrong()
    assert outcome.too_early(crowd) == 0
    assert (outcome.record.state if outcome.record else None) == fault.left
    stable = outcome.record if fault.left == "stable" and outcome.record else before
    assert trial.stable().release == stable.release
    assert trial.pods() == {stable.release: trial.target.environment.replicas}
    assert differences(trial) == []
    if fault.left == "switched-back":
        assert outcome.back is not None
        assert outcome.back <= BACK_SECONDS
    if outcome.record and fault.code:
        assert outcome.gone is not None
        assert outcome.gone <= GONE_SECONDS

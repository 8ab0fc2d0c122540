"""Every fault of the table: users of the stable release see no failure, and the release is removed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from e2e.release.conftest import ReleaseEnvironment
from e2e.release.fault_scenario import FaultResult, run_fault
from e2e.release.faults import FAULTS, Fault
from e2e.release.images import ImageFactory
from e2e.release.live_objects import differences
from e2e.user_load import UserLoad
from seatrial.release.record import Record
from seatrial.wait import until

BACK_SECONDS, GONE_SECONDS = 2, 60
# A Deployment that was edited is rolled out again, one replica after the other.
SETTLED_SECONDS = 60


def _parameters() -> list[object]:
    return [pytest.param(f, id=f.name, marks=() if f.quick else pytest.mark.faults) for f in FAULTS]


@pytest.mark.parametrize("fault", _parameters())
def test_a_faulty_release_is_removed_and_users_see_no_failure(
    environment: ReleaseEnvironment,
    first: Record,
    images: ImageFactory,
    user_load: UserLoad,
    live_responses: Callable[[], list[object]],
    fault: Fault,
) -> None:
    """A faulty release is removed in time with its reason; users reach the stable release throughout."""
    before, responses = environment.stable(), live_responses()
    result = run_fault(environment, fault, images, user_load)
    assert result.code == fault.code, result.output
    assert fault.message in result.output
    assert result.failed_by_stable(user_load) == 0, user_load.failed() + user_load.wrong()
    assert result.before_preview(user_load) == 0
    assert (result.record.state if result.record else None) == fault.state
    _assert_in_time(result)
    if fault.state == "stable":
        assert result.record
        assert environment.stable().release == result.record.release
    else:
        assert (environment.stable().release, live_responses()) == (before.release, responses)
    assert differences(environment) == []
    what = f"the pods of {environment.stable().release} and no others"
    until(what, lambda: _only_stable_pods(environment), SETTLED_SECONDS)


def _assert_in_time(result: FaultResult) -> None:
    if result.code == 20:
        assert result.seconds_to_switch_back is not None
        assert result.seconds_to_switch_back <= BACK_SECONDS
    if result.record and result.code:
        assert result.seconds_until_gone is not None
        assert result.seconds_until_gone <= GONE_SECONDS


def _only_stable_pods(environment: ReleaseEnvironment) -> bool | None:
    expected = {environment.stable().release: environment.target.environment.replicas}
    return True if environment.pods() == expected else None

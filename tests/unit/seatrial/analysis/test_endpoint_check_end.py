"""When a check of suite and load ends, while responses are still due. All in virtual time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from prediction_server import Behaviour, cat_photo
from seatrial.analysis.baseline import MIN_RESPONSES
from seatrial.analysis.endpoint_check import EndpointCheck, EndpointResult
from seatrial.analysis.load import LoadPlan
from seatrial.analysis.load_result import LoadResult
from seatrial.analysis.suite import Endpoint, Expectation, SuiteRequest
from seatrial.errors import HeldError
from virtual_environment import VirtualHttp, VirtualSuites
from virtual_runtime import VirtualRuntime

RESPONSE_SECONDS = 9.0
SUITE_SECONDS = 20.0
EXPECTATION = Expectation("trial-1", "i", "m")

Check = Callable[[Callable[[LoadResult], str], Callable[[float, LoadResult], None]], EndpointResult]


@pytest.fixture
def http(runtime: VirtualRuntime) -> VirtualHttp:
    """An endpoint whose every response takes RESPONSE_SECONDS."""
    return VirtualHttp(runtime, {"live": "local.test"}, lambda _: Behaviour(delay=RESPONSE_SECONDS))


@pytest.fixture
def check(http: VirtualHttp, runtime: VirtualRuntime, tmp_path: Path) -> Check:
    """Check the endpoint with a suite of SUITE_SECONDS."""
    request = SuiteRequest(Endpoint("http://local.test"), tmp_path, EXPECTATION, "trial-1-live")
    plan = LoadPlan("http://local.test", [cat_photo(tmp_path)], rate=1, release="trial-1")
    suites = VirtualSuites(runtime, SUITE_SECONDS)

    def run(
        violation: Callable[[LoadResult], str], on_poll: Callable[[float, LoadResult], None]
    ) -> EndpointResult:
        return EndpointCheck(plan, request, 0, violation, on_poll).run(suites, http, runtime)

    return run


def test_a_violation_ends_it_without_the_responses_in_flight(check: Check, runtime: VirtualRuntime) -> None:
    """Users are switched back at once, not after the slowest response."""
    result = check(lambda load: "too slow" if load.in_flight_milliseconds else "", lambda *_: None)
    assert result.violation == "too slow"
    assert result.load.total == 0
    assert runtime.monotonic() < 1


def test_an_error_of_a_poll_ends_it_without_the_responses_in_flight(
    check: Check, runtime: VirtualRuntime
) -> None:
    """A lost Lease is reported at once."""

    def lost(elapsed: float, load: LoadResult) -> None:
        if load.in_flight_milliseconds:
            raise HeldError("another deployer")

    with pytest.raises(HeldError):
        check(lambda _: "", lost)
    assert runtime.monotonic() < 1


def test_without_a_violation_it_waits_for_the_responses_in_flight(
    check: Check, http: VirtualHttp, runtime: VirtualRuntime
) -> None:
    """Every request that was sent is part of the result."""
    result = check(lambda _: "", lambda *_: None)
    assert result.violation == ""
    assert result.load.total == len(http.sent) > MIN_RESPONSES
    assert result.load.in_flight_milliseconds == ()
    assert SUITE_SECONDS < runtime.monotonic() <= SUITE_SECONDS + RESPONSE_SECONDS + 1

"""Suite and load together: when the check ends, and with which result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from prediction_server import Behaviour, Load
from seatrial.analysis.endpoint_check import EndpointCheck, EndpointResult
from seatrial.analysis.load_result import LoadResult
from seatrial.analysis.suite import Endpoint, Expectation, SuiteReport, SuiteRequest
from seatrial.errors import HeldError, OutsideError
from seatrial.http_client import NewConnections
from seatrial.results import Check
from seatrial.runtime import SYSTEM

PASSED = SuiteReport((Check(name="golden photos", passed=True, detail=""),))
FAILED = SuiteReport((Check(name="golden photos", passed=False, detail="dog"),), log="the log")


@dataclass
class ScriptedSuite:
    """A suite with a given report; without one it never ends by itself."""

    report: SuiteReport | None
    stopped: bool = False
    requests: list[SuiteRequest] = field(default_factory=list)

    def start(self, request: SuiteRequest) -> ScriptedSuite:
        """Return itself."""
        self.requests.append(request)
        return self

    def done(self) -> bool:
        """Return whether there is a report."""
        return self.report is not None

    def result(self) -> SuiteReport:
        """Return the report."""
        assert self.report
        return self.report

    def stop(self) -> None:
        """Note that it was stopped."""
        self.stopped = True


def check(
    load: Load,
    suite: ScriptedSuite,
    violation: Callable[[LoadResult], str] = lambda _: "",
    min_seconds: float = 0,
    on_poll: Callable[[float, LoadResult], None] = lambda *_: None,
) -> EndpointResult:
    """Run a check of the server."""
    request = SuiteRequest(Endpoint(load.url), Path(), Expectation("trial-1", "i", "m"), "trial-1-preview")
    plan = load.plan(requests=1000)
    checked = EndpointCheck(plan, request, min_seconds, violation, on_poll)
    return checked.run(suite, NewConnections(), SYSTEM)


def test_it_ends_with_the_suite(load: Load) -> None:
    """A suite that passed gives its checks, and there was load meanwhile."""
    suite = ScriptedSuite(PASSED)
    result = check(load, suite, min_seconds=0.3)
    assert result.checks == PASSED.checks
    assert result.load.total > 0
    assert [request.name for request in suite.requests] == ["trial-1-preview"]


def test_a_failed_suite_ends_it_before_its_time(load: Load) -> None:
    """The rest of the window is not waited for."""
    elapsed: list[float] = []
    result = check(load, ScriptedSuite(FAILED), min_seconds=600, on_poll=lambda s, _: elapsed.append(s))
    assert result.suite.failure == "1 of 1 checks failed, first: golden photos: dog"
    assert max(elapsed) < 60


def test_a_violation_ends_it_before_the_suite(load: Load) -> None:
    """The suite is stopped; its missing result is a failed check."""
    suite = ScriptedSuite(None)
    result = check(load, suite, lambda load: "too slow" if load.total else "")
    assert [(each.name, each.passed, each.detail) for each in result.checks] == [
        ("no violation under load", False, "too slow")
    ]
    assert suite.stopped


def test_a_violation_by_the_last_responses_counts(load: Load, behaviour: Behaviour) -> None:
    """Responses that arrive after the suite's end are part of the result."""
    behaviour.label, behaviour.delay = "dog", 0.5
    result = check(load, ScriptedSuite(PASSED), lambda load: "wrong" if load.wrong else "", min_seconds=0.2)
    assert result.checks[0].detail == "wrong"


def test_a_lost_lease_ends_it(load: Load) -> None:
    """What a poll raises ends the check and stops the suite."""
    suite = ScriptedSuite(None)

    def lost(seconds: float, load: LoadResult) -> None:
        raise HeldError("another deployer")

    with pytest.raises(HeldError):
        check(load, suite, on_poll=lost)
    assert suite.stopped


def test_a_suite_that_does_not_end_is_an_error(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    """The deadline is the suite's own and a margin."""
    monkeypatch.setattr("seatrial.analysis.suite.suite_seconds", lambda _: 0)
    monkeypatch.setattr("seatrial.analysis.endpoint_check.MARGIN_SECONDS", 0.3)
    with pytest.raises(OutsideError, match="acceptance suite under load: timed out"):
        check(load, ScriptedSuite(None))


def test_no_result_of_the_suite_is_a_failed_check() -> None:
    """A suite without checks never passes."""
    (failed,) = EndpointResult("", SuiteReport(()), LoadResult()).checks
    assert not failed.passed


def test_a_suite_that_failed_to_run_does_not_hide_a_violation(load: Load) -> None:
    """The violation is the result, whatever became of the suite."""

    class Failing(ScriptedSuite):
        def result(self) -> SuiteReport:
            """Fail."""
            raise OutsideError("pytest timed out")

    result = check(load, Failing(PASSED), lambda _: "wrong")
    assert [(each.name, each.detail) for each in result.checks] == [("no violation under load", "wrong")]

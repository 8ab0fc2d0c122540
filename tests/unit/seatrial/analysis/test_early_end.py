"""A check ends early only if no completion of its plan passes: for any sequence of responses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prediction_server import Behaviour, cat_photo
from scripted_services import FAILED, PASSED
from seatrial.analysis.baseline import MIN_RESPONSES, Baseline
from seatrial.analysis.comparison import Tolerances
from seatrial.analysis.endpoint_check import EndpointCheck, EndpointResult
from seatrial.analysis.load import LoadPlan
from seatrial.analysis.load_result import LoadResult
from seatrial.analysis.suite import Endpoint, Expectation, SuiteReport, SuiteRequest
from seatrial.analysis.thresholds import Thresholds
from virtual_environment import VirtualHttp, VirtualSuites
from virtual_runtime import VirtualRuntime

PHOTO = "cat.jpg"
BASELINE = Baseline(
    release="trial-0", requests=30, failed=0, median_milliseconds=20.0, probabilities={PHOTO: 0.9}
)
P95 = 100.0
FAST, SLOWER, JUST_SLOW, SLOW = 10.0, 50.0, 101.0, 900.0
repeatable = settings(
    max_examples=400,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@dataclass(frozen=True)
class Ending:
    """How a request ends: its latency (ms), or a failure; `label` is right and the probability is near."""

    milliseconds: float = FAST
    failed: bool = False
    right: bool = True
    probability: float = 0.9


@dataclass(frozen=True)
class Run:
    """A whole run of at most `planned` requests, in the order in which they end, and its thresholds."""

    outcomes: tuple[Ending, ...]
    planned: int
    thresholds: Thresholds
    baseline: Baseline | None

    def cut(self, ended: int, in_flight: int) -> LoadResult:
        """Return the result after `ended` requests, while the next `in_flight` ones are unanswered."""
        done = self.outcomes[:ended]
        waiting = [each.milliseconds for each in self.outcomes[ended : ended + in_flight]]
        answered = [each for each in done if not each.failed]
        return LoadResult(
            failures=("status 500",) * sum(each.failed for each in done),
            wrong=tuple("cat.jpg: dog" for each in answered if not each.right),
            milliseconds=tuple(each.milliseconds for each in answered),
            probabilities={PHOTO: tuple(each.probability for each in answered if each.right)},
            in_flight_milliseconds=tuple(waiting),
            planned=self.planned,
        )

    @property
    def passes(self) -> bool:
        """Whether the whole run passes every check."""
        load = self.cut(len(self.outcomes), 0)
        return all(check.passed for check in self.thresholds.checks(load, self.baseline))


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """Runs with few bad responses, in any order, and with thresholds that may allow some of them."""
    bad = st.sampled_from(
        [
            Ending(failed=True),
            Ending(SLOW, failed=True),
            Ending(SLOW),
            Ending(JUST_SLOW),
            Ending(SLOWER),
            Ending(right=False),
            Ending(probability=0.5),
        ]
    )
    few = draw(st.lists(bad, max_size=3))
    outcomes = [each for each in few for _ in range(draw(st.integers(1, 40)))]
    good = [Ending()] * draw(st.integers(0, 110 - min(len(outcomes), 100)))
    # Bad responses first are what a rule that judges too early takes for the whole.
    ordered = outcomes + good if draw(st.booleans()) else draw(st.permutations(outcomes + good))
    tolerances = Tolerances(draw(st.sampled_from([None, 3.0])), max_drift=0.02)
    rate = draw(st.sampled_from([0.0, 0.001, 0.07, 0.1, 0.29, 0.5, 1.0]))
    planned = len(ordered) + draw(st.sampled_from([0, 0, 5, 100]))
    return Run(
        tuple(ordered), planned, Thresholds(rate, P95, tolerances), draw(st.sampled_from([None, BASELINE]))
    )


@repeatable
@given(runs(), st.data())
def test_a_run_that_passes_never_ends_early(run: Run, data: st.DataObject) -> None:
    """If the check ends early at any moment of a run, the whole run fails, whatever followed."""
    ended = data.draw(st.integers(0, len(run.outcomes)))
    in_flight = data.draw(st.integers(0, min(8, len(run.outcomes) - ended)))
    load = run.cut(ended, in_flight)
    violations = (
        run.thresholds.violation(load, run.baseline),
        run.thresholds.latency_violation(load, run.baseline),
    )
    assert not run.passes or violations == ("", "")


GOOD = Behaviour(delay=0.01)
WINDOW_SECONDS = 8.0
RATE = 3.0
some_failures = Thresholds(0.1, 300, Tolerances(3.0, max_drift=0.02))


def checked(
    directory: Path,
    begin: list[Behaviour],
    suite_seconds: float,
    violation: Callable[[LoadResult], str],
    report: SuiteReport = PASSED,
    window: float = WINDOW_SECONDS,
) -> EndpointResult:
    """Check, in virtual time, an endpoint whose first responses are given; the others are good."""
    runtime = VirtualRuntime()
    responses: Iterator[Behaviour] = chain(begin, repeat(GOOD))
    http = VirtualHttp(runtime, {"live": "local.test"}, lambda _: next(responses))
    expectation = Expectation("trial-1", "i", "m")
    request = SuiteRequest(Endpoint("http://local.test"), directory, expectation, "trial-1-live")
    plan = LoadPlan("http://local.test", [cat_photo(directory)], RATE, release="trial-1", planned=24)
    check = EndpointCheck(plan, request, window, violation, lambda *_: None)
    return check.run(VirtualSuites(runtime, suite_seconds, lambda _: report), http, runtime)


@settings(
    repeatable,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    kind=st.sampled_from([Behaviour(status=500), Behaviour(delay=0.5), Behaviour(delay=6, status=500)]),
    bad=st.integers(0, 12),
    suite_seconds=st.sampled_from([1.0, 7.9, 8.1, 30.0, 100.0]),
)
def test_a_window_that_passes_is_not_ended_early(
    tmp_path: Path, kind: Behaviour, bad: int, suite_seconds: float
) -> None:
    """The same responses give the same result with and without an early end, however long the suite takes."""
    whole = checked(tmp_path, [kind] * bad, suite_seconds, lambda _: "")
    passes = all(check.passed for check in some_failures.checks(whole.load, BASELINE))
    found = checked(
        tmp_path, [kind] * bad, suite_seconds, lambda load: some_failures.violation(load, BASELINE)
    )
    assert (found.violation == "") == passes
    assert not passes or found.load.total == whole.load.total


@pytest.mark.parametrize(("max_p95", "passes"), [(6000, True), (4000, False)])
def test_a_load_that_does_not_reach_its_plan_is_judged_by_what_was_sent(
    tmp_path: Path, max_p95: float, passes: bool
) -> None:
    """Eight connections with responses of 5 s send less than 3 requests a second."""
    limits = Thresholds(0, max_p95, Tolerances(None, max_drift=0.02))
    found = checked(tmp_path, [Behaviour(delay=5)] * 100, 20, limits.violation)
    assert found.load.total < RATE * 20
    assert (found.violation == "") == passes
    assert all(check.passed for check in limits.checks(found.load)) == passes


def test_a_failed_suite_is_the_only_failure_of_a_load_that_it_ends(tmp_path: Path) -> None:
    """The few responses until then are not also too few; a suite that passes waits for enough of them."""
    found = checked(tmp_path, [], 0.5, lambda _: "", FAILED)
    assert 0 < found.load.total < MIN_RESPONSES
    assert all(check.passed for check in some_failures.checks(found.load))
    assert checked(tmp_path, [], 0.5, lambda _: "", window=0).load.total >= MIN_RESPONSES

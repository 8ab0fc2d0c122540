"""Thresholds: each check passes, and each fails."""

from __future__ import annotations

import pytest

from seatrial.analysis.baseline import Baseline
from seatrial.analysis.comparison import Tolerances
from seatrial.analysis.load_result import LoadResult
from seatrial.analysis.thresholds import Thresholds

FAST = (10.0,) * 25
DOG = LoadResult(wrong=("cat.jpg: dog",), milliseconds=FAST)
BROKEN = LoadResult(failures=("status 500",), milliseconds=FAST)
BASELINE = Baseline(
    release="trial-0", requests=30, failed=0, median_milliseconds=5_000, probabilities={"cat.jpg": 0.9}
)
SURE = {"cat.jpg": (0.9,)}


def thresholds(
    max_error_rate: float = 0.0, max_p95: float = 30_000, max_slowdown: float | None = 2
) -> Thresholds:
    """Return thresholds with tolerances of a slowdown of 2 and a drift of 0.02."""
    return Thresholds(max_error_rate, max_p95, Tolerances(max_slowdown, max_drift=0.02))


def failed(limits: Thresholds, load: LoadResult, baseline: Baseline | None = None) -> list[str]:
    """Return the names of the failed checks."""
    return [check.name for check in limits.checks(load, baseline) if not check.passed]


def test_a_good_load_passes() -> None:
    """All checks pass, those against the baseline among them."""
    load = LoadResult(milliseconds=FAST, probabilities=SURE)
    assert failed(thresholds(), load, BASELINE) == []
    assert thresholds().violation(load, BASELINE) == ""
    names = [check.name for check in thresholds().checks(load, BASELINE)]
    assert names[-2:] == ["latency compared with stable", "probabilities compared with stable"]


@pytest.mark.parametrize(
    ("load", "check", "violation"),
    [
        (
            LoadResult(wrong=("cat.jpg: dog",), milliseconds=FAST),
            "predictions under load",
            "wrong prediction",
        ),
        (
            LoadResult(failures=("status 500",), milliseconds=FAST),
            "error rate under load",
            "1 of 26 requests",
        ),
        (LoadResult(milliseconds=(40_000.0,) * 25, planned=25), "latency under load", "longer than 30000 ms"),
        (LoadResult(failures=("refused",)), "the endpoint responds", "1 of 1 requests failed: refused"),
    ],
)
def test_a_bad_load_fails(load: LoadResult, check: str, violation: str) -> None:
    """Wrong predictions, failed requests, slow responses and no response fail, each by its own check."""
    assert check in failed(thresholds(), load)
    assert violation in thresholds().violation(load)


def test_failures_are_a_violation_once_they_cannot_pass_any_more() -> None:
    """More failures than may fail among all planned requests are a violation; the rate so far is not."""
    limits = thresholds(max_error_rate=0.001)
    one = LoadResult(failures=("status 500",), milliseconds=FAST, planned=3000)
    assert limits.violation(one) == ""
    four = LoadResult(failures=("status 500",) * 4, milliseconds=FAST, planned=3000)
    assert "4 of 29 requests failed" in limits.violation(four)


def test_latency_is_a_violation_once_it_cannot_pass_any_more() -> None:
    """More slow requests than may be slow among all planned ones are a violation; fewer are not."""
    limits = thresholds(max_p95=50)
    slow = (100.0,) * 25
    assert "25 of 25 requests took longer than 50 ms" in limits.violation(
        LoadResult(milliseconds=slow, planned=100)
    )
    assert limits.violation(LoadResult(milliseconds=slow, planned=1000)) == ""


def test_a_hanging_endpoint_is_a_violation_before_any_response() -> None:
    """Requests in flight count with the time that they have been waiting."""
    load = LoadResult(in_flight_milliseconds=(900.0,) * 8, planned=25)
    assert "8 of 8 requests took longer than 200 ms" in thresholds(max_p95=200).violation(load)


def test_the_percentile_of_few_values_lies_between_them() -> None:
    """The 95th percentile of two latencies is not larger than the larger one."""
    assert failed(thresholds(max_p95=200), LoadResult(milliseconds=(100.0, 200.0))) == []


def test_slower_than_the_baseline_fails() -> None:
    """Within the latency limit, but more than twice the baseline's median."""
    baseline = BASELINE.model_copy(update={"median_milliseconds": 20.0})
    load = LoadResult(milliseconds=(100.0,) * 25, probabilities=SURE, planned=25)
    assert failed(thresholds(), load, baseline) == ["latency compared with stable"]
    assert "longer than 40 ms" in thresholds().violation(load, baseline)


def test_without_a_slowdown_tolerance_latency_is_not_compared() -> None:
    """A preview's latency is not compared: there the suite adds to the load."""
    baseline = BASELINE.model_copy(update={"median_milliseconds": 20.0})
    load = LoadResult(milliseconds=(100.0,) * 25, probabilities=SURE, planned=25)
    limits = thresholds(max_slowdown=None)
    assert (limits.violation(load, baseline), failed(limits, load, baseline)) == ("", [])


@pytest.mark.parametrize("probability", [0.8, 1.0])
def test_other_probabilities_of_the_same_model_fail(probability: float) -> None:
    """The same model must give the same probabilities: neither lower nor higher ones pass."""
    load = LoadResult(milliseconds=FAST, probabilities={"cat.jpg": (0.9, probability)})
    assert failed(thresholds(), load, BASELINE) == ["probabilities compared with stable"]
    assert "largest difference 0.100 (cat.jpg), limit 0.02" in thresholds().checks(load, BASELINE)[-1].detail


def test_an_allowed_share_is_not_a_violation_by_rounding() -> None:
    """29 of 100 requests may fail at a rate of 0.29, although 0.29 * 100 is less than 29 for a computer."""
    limits = thresholds(max_error_rate=0.29)
    load = LoadResult(failures=("status 500",) * 29, milliseconds=FAST, planned=100)
    assert limits.violation(load) == ""
    assert failed(limits, LoadResult(failures=("status 500",) * 29, milliseconds=(10.0,) * 71)) == []


def test_a_request_in_flight_may_still_fail() -> None:
    """Where failures are allowed, a slow request in flight may be one of them, and has no latency then."""
    limits = thresholds(max_error_rate=0.5, max_p95=200)
    assert limits.violation(LoadResult(in_flight_milliseconds=(900.0,) * 8, planned=25)) == ""


def test_another_probability_is_a_violation_at_once() -> None:
    """No later response takes it back."""
    load = LoadResult(milliseconds=FAST, probabilities={"cat.jpg": (0.5,)}, planned=1000)
    assert "probabilities compared with stable: same model" in thresholds().violation(load, BASELINE)


@pytest.mark.parametrize(
    ("responses", "planned", "passes"), [(9, 3000, False), (10, 3000, True), (2, 2, True)]
)
def test_a_load_with_too_few_responses_does_not_pass(responses: int, planned: int, passes: bool) -> None:
    """A few good responses of a plan of many are not a pass, although none of them failed."""
    load = LoadResult(milliseconds=FAST[:responses], planned=planned)
    assert failed(thresholds(), load) == ([] if passes else ["the endpoint responds"])


def test_probabilities_of_another_model_are_not_judged() -> None:
    """The baseline of another model has no probabilities."""
    load = LoadResult(milliseconds=FAST, probabilities={"cat.jpg": (0.5,)})
    assert failed(thresholds(), load, BASELINE.model_copy(update={"probabilities": {}})) == []

"""A comparison that could not be made is not judged, with the reason; it fails only where it is demanded."""

from __future__ import annotations

import pytest

from seatrial.analysis.baseline import Baseline
from seatrial.analysis.comparison import Tolerances
from seatrial.analysis.load_result import LoadResult
from seatrial.analysis.thresholds import Thresholds

FAST = (10.0,) * 25
BASELINE = Baseline(
    release="trial-0", requests=30, failed=0, median_milliseconds=5_000, probabilities={"cat.jpg": 0.9}
)
SURE = {"cat.jpg": (0.9,)}
LIMITS = Thresholds(0, 30_000, Tolerances(2, max_drift=0.02))


def test_too_few_responses_are_not_judged() -> None:
    """The median of a few responses is not significant, and the check's detail has the reason."""
    few = BASELINE.model_copy(update={"median_milliseconds": 20.0, "requests": 9})
    checks = LIMITS.checks(LoadResult(milliseconds=(100.0,) * 25), few)
    (latency,) = [check for check in checks if check.name == "latency compared with stable"]
    assert latency.status == "not judged"
    assert "too few responses (25 of the release, 9 of trial-0; 10 are needed)" in latency.detail


def test_without_a_response_nothing_else_is_judged() -> None:
    """Error rate, predictions and latency of no response are not good ones."""
    found = {check.name: check.status for check in LIMITS.checks(LoadResult(planned=25))}
    assert found.pop("the endpoint responds") == "failed"
    assert set(found.values()) == {"not judged"}


@pytest.mark.parametrize("demanded", [False, True])
@pytest.mark.parametrize(
    ("baseline", "load", "why"),
    [
        (
            None,
            LoadResult(milliseconds=FAST, probabilities=SURE),
            "the live probe has no response of trial-0",
        ),
        (
            BASELINE.model_copy(update={"requests": 9}),
            LoadResult(milliseconds=FAST, probabilities=SURE),
            "there are too few responses",
        ),
        (BASELINE, LoadResult(milliseconds=FAST[:9], probabilities=SURE), "there are too few responses"),
        (
            BASELINE.model_copy(update={"probabilities": {}, "same_model": True}),
            LoadResult(milliseconds=FAST, probabilities=SURE),
            "no photo has a correct response of both trial-0 and this release",
        ),
        (
            BASELINE,
            LoadResult(milliseconds=FAST, probabilities={"dog.jpg": (0.9,)}),
            "no photo has a correct",
        ),
    ],
)
def test_a_comparison_that_could_not_be_made_is_not_judged(
    baseline: Baseline | None, load: LoadResult, why: str, demanded: bool
) -> None:
    """Each tolerance that was not compared has the reason; it fails if demanded, but ends nothing early."""
    limits = Thresholds(0, 30_000, Tolerances(2, 0.02, stable="trial-0", demanded=demanded))
    found = [check for check in limits.checks(load, baseline) if not check.judged]
    assert found
    assert {check.status for check in found} == {"failed" if demanded else "not judged"}
    assert all(why in check.detail for check in found)
    assert limits.violation(load, baseline) == ""


@pytest.mark.parametrize(
    ("stable", "baseline", "why"),
    [
        ("", None, "no release has been stable yet"),
        ("trial-0", BASELINE.model_copy(update={"probabilities": {}}), "trial-0 has another model"),
        (
            "trial-0",
            BASELINE.model_copy(update={"probabilities": {}, "other_model": "flowers", "requests": 1}),
            "trial-0 has another model",
        ),
    ],
)
def test_a_comparison_that_no_release_could_make_is_not_demanded(
    stable: str, baseline: Baseline | None, why: str
) -> None:
    """A first release and another model are reported, and not refused."""
    limits = Thresholds(0, 30_000, Tolerances(2, 0.02, stable=stable, demanded=True))
    load = LoadResult(milliseconds=FAST, probabilities=SURE)
    assert all(check.passed for check in limits.checks(load, baseline))
    assert why in limits.checks(load, baseline)[-1].detail


def test_a_latency_that_is_not_judged_neither_passes_nor_fails() -> None:
    """Where the path to an endpoint adds to its latency, the check has the reason and ends nothing early."""
    limits = Thresholds(0, 50, Tolerances(None, max_drift=0.02), "the path adds to it")
    load = LoadResult(milliseconds=(900.0,) * 25, planned=25)
    (latency,) = [check for check in limits.checks(load) if check.name == "latency under load"]
    assert (latency.status, latency.reason) == ("not judged", "because the path adds to it (p95 900 ms)")
    assert limits.violation(load) == limits.latency_violation(load) == ""


def test_the_latency_of_a_model_of_another_name_is_no_measure() -> None:
    """A large model after a small one is not refused for that; the limit of the environment applies."""
    small = BASELINE.model_copy(update={"median_milliseconds": 1.0})
    load = LoadResult(milliseconds=(400.0,) * 25, probabilities=SURE)
    limits = Thresholds(0, 500, Tolerances(2, 0.02, stable="trial-0", demanded=True))
    assert limits.violation(load, small) != ""
    other = small.model_copy(update={"other_model": "flowers", "probabilities": {}})
    assert limits.violation(load, other) == ""
    (latency,) = [check for check in limits.checks(load, other) if check.name.startswith("latency compared")]
    assert (latency.status, latency.detail) == (
        "not judged",
        "not judged, because trial-0 has the other model flowers",
    )
    assert Thresholds(0, 300, limits.tolerances).violation(load, other) != ""

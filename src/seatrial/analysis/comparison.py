"""The comparison of a load with the baseline of the stable release."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from seatrial.analysis.baseline import MIN_RESPONSES, Baseline
from seatrial.analysis.load_result import LoadResult
from seatrial.check_result import Check, not_judged

LATENCY = "latency compared with stable"
PROBABILITIES = "probabilities compared with stable"


@dataclass(frozen=True)
class Tolerances:
    """How far a candidate may be from the baseline.

    `max_slowdown` is the ratio of the median latencies (None: not compared here), `max_drift` the absolute
    difference of a probability. `stable` is the stable release (empty: none yet). `demanded` is whether a
    comparison that could have been made, but was not, fails.
    """

    max_slowdown: float | None
    max_drift: float
    stable: str = ""
    demanded: bool = False


def compare(baseline: Baseline | None, load: LoadResult, tolerances: Tolerances) -> tuple[Check, ...]:
    """Return the checks of a candidate's load against the baseline.

    A check without anything to compare is not judged, and has the reason. A first release, the probabilities
    of another model, and the latency of one of another name cannot be compared, so these are never demanded.
    Without `max_slowdown` a
    baseline with too few latencies for a later comparison is reported, before users are sent to the release.
    """
    probabilities = _probabilities(baseline, load.probabilities, tolerances)
    if tolerances.max_slowdown:
        return _latency(baseline, load.milliseconds, tolerances), probabilities
    if baseline and not baseline.comparable and not baseline.other_model:
        return _too_few(f"{baseline.successful} of {baseline.release}", tolerances), probabilities
    return (probabilities,)


def _no_baseline(name: str, tolerances: Tolerances) -> Check:
    if not tolerances.stable:
        return not_judged(name, "no release has been stable yet")
    why = f"the live probe has no response of {tolerances.stable}"
    return not_judged(name, why, demanded=tolerances.demanded)


def _too_few(counts: str, tolerances: Tolerances) -> Check:
    why = f"there are too few responses ({counts}; {MIN_RESPONSES} are needed)"
    return not_judged(LATENCY, why, demanded=tolerances.demanded)


def _latency(baseline: Baseline | None, milliseconds: Sequence[float], tolerances: Tolerances) -> Check:
    if baseline is None:
        return _no_baseline(LATENCY, tolerances)
    if baseline.other_model:
        return not_judged(LATENCY, f"{baseline.release} has the other model {baseline.other_model}")
    if not baseline.comparable or len(milliseconds) < MIN_RESPONSES:
        counts = f"{len(milliseconds)} of the release, {baseline.successful} of {baseline.release}"
        return _too_few(counts, tolerances)
    now, before, limit = median(milliseconds), baseline.median_milliseconds, tolerances.max_slowdown or 0
    # A baseline of 0 ms has no ratio.
    times = f"{now / before:.1f} x of " if before else ""
    ratio = f"{times}{baseline.release}'s {before:.0f} ms, limit {limit:g} x"
    return Check(name=LATENCY, passed=now <= limit * before, detail=f"median {now:.0f} ms, {ratio}")


def _probabilities(
    baseline: Baseline | None, probabilities: Mapping[str, Sequence[float]], tolerances: Tolerances
) -> Check:
    if baseline is None:
        return _no_baseline(PROBABILITIES, tolerances)
    stable, limit = baseline.release, tolerances.max_drift
    if not baseline.probabilities and not baseline.same_model:
        return not_judged(PROBABILITIES, f"{stable} has another model")
    drifts = {
        photo: max(abs(value - baseline.probabilities[photo]) for value in values)
        for photo, values in probabilities.items()
        if values and photo in baseline.probabilities
    }
    if not drifts:
        why = f"no photo has a correct response of both {stable} and this release"
        return not_judged(PROBABILITIES, why, demanded=tolerances.demanded)
    worst = max(drifts, key=lambda photo: drifts[photo])
    count = f"{len(drifts)} of {len(probabilities)} photos compared"
    detail = f"same model as {stable}: {count}, largest difference {drifts[worst]:.3f} ({worst})"
    return Check(name=PROBABILITIES, passed=drifts[worst] <= limit, detail=f"{detail}, limit {limit:g}")

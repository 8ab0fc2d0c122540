"""The baseline: what the stable release returned just before, and the comparison with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from pydantic import BaseModel, ConfigDict

from seatrial.analysis.load_result import LoadResult
from seatrial.analysis.timeline import Sample
from seatrial.results import NOT_COMPARED, Check

# The median of fewer responses than this is not significant.
MIN_RESPONSES = 10


class Baseline(BaseModel):
    """What the stable release returned while the candidate was started and previewed.

    `failed` of `requests` had no successful response; `median_milliseconds` is the median latency of the
    others. `probabilities` holds the median probability of each correct label by photo; it is empty if the
    candidate has another model, whose probabilities may differ.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    release: str
    requests: int
    failed: int
    median_milliseconds: float
    probabilities: dict[str, float] = {}

    @property
    def successful(self) -> int:
        """The number of successful responses."""
        return self.requests - self.failed

    @property
    def comparable(self) -> bool:
        """Whether there are enough responses for a significant median."""
        return self.successful >= MIN_RESPONSES


@dataclass(frozen=True)
class Tolerances:
    """How far a candidate may be from the baseline.

    `max_slowdown` is the ratio of the median latencies (None: not compared), `max_drift` the absolute
    difference of a probability.
    """

    max_slowdown: float | None
    max_drift: float


def make_baseline(
    release: str, samples: Iterable[Sample], probabilities: Mapping[str, Sequence[float]]
) -> Baseline | None:
    """Return the baseline of a release from samples of the live address, or None if it never responded.

    Every failed request counts, since a failed response need not name its release.
    """
    rows = list(samples)
    times = [each.ms for each in rows if each.release == release and _successful(each)]
    failed = sum(not _successful(each) for each in rows)
    if not times:
        return None
    return Baseline(
        release=release,
        requests=len(times) + failed,
        failed=failed,
        median_milliseconds=round(median(times), 1),
        probabilities={photo: round(median(values), 6) for photo, values in probabilities.items()},
    )


def compare(baseline: Baseline, load: LoadResult, tolerances: Tolerances) -> tuple[Check, ...]:
    """Return the checks of a candidate's load against the baseline."""
    checks = []
    if tolerances.max_slowdown:
        checks.append(_latency(baseline, load.milliseconds, tolerances.max_slowdown))
    if baseline.probabilities:
        checks.append(_probabilities(baseline, load.probabilities, tolerances.max_drift))
    return tuple(checks)


def _successful(sample: Sample) -> bool:
    return 200 <= sample.status < 300


def _latency(baseline: Baseline, milliseconds: Sequence[float], limit: float) -> Check:
    name = "latency compared with stable"
    if not baseline.comparable or len(milliseconds) < MIN_RESPONSES:
        counts = f"{len(milliseconds)} responses, {baseline.successful} of {baseline.release}"
        return Check(name=name, passed=True, detail=f"{NOT_COMPARED}, too few: {counts}")
    now, before = median(milliseconds), baseline.median_milliseconds
    ratio = f"{now / before:.1f} x of {baseline.release}'s {before:.0f} ms, limit {limit:g} x"
    return Check(name=name, passed=now <= limit * before, detail=f"median {now:.0f} ms, {ratio}")


def _probabilities(baseline: Baseline, probabilities: Mapping[str, Sequence[float]], limit: float) -> Check:
    drifts = {
        photo: max((abs(value - baseline.probabilities[photo]) for value in values), default=0.0)
        for photo, values in probabilities.items()
        if photo in baseline.probabilities
    }
    worst = max(drifts, key=lambda photo: drifts[photo], default="")
    detail = f"same model as {baseline.release}: {len(drifts)} photos compared"
    if worst:
        detail += f", largest difference {drifts[worst]:.3f} ({worst}), limit {limit:g}"
    name = "probabilities compared with stable"
    return Check(name=name, passed=drifts.get(worst, 0.0) <= limit, detail=detail)

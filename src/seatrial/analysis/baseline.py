"""What the stable slot gave just before, and how near to it a candidate must stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from pydantic import BaseModel, ConfigDict

from seatrial.results import Check

# The median of fewer answers than this says little.
ENOUGH = 10

Given = Mapping[str, Sequence[float]]


class Baseline(BaseModel):
    """What users got from the stable release while the candidate was started and previewed.

    `failed` of `requests` had no answer; `median_milliseconds` is of the others. `probabilities` says how
    sure it was of each photo's label, by file name: empty where the candidate has another model, whose
    answers need not be the same.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    release: str
    requests: int
    failed: int
    median_milliseconds: float
    probabilities: dict[str, float] = {}

    @property
    def answered(self) -> int:
        """How many requests were answered."""
        return self.requests - self.failed

    @property
    def comparable(self) -> bool:
        """Whether there are answers enough for a median that says something."""
        return self.answered >= ENOUGH


@dataclass(frozen=True)
class Tolerances:
    """How much longer an answer may take (ratio of the medians), how much less or more sure it may be.

    Without `max_slowdown` the pace is not compared: a preview alone has the suite to bear.
    """

    max_slowdown: float | None
    max_drift: float


def baseline(release: str, milliseconds: Sequence[float], failed: int, given: Given) -> Baseline | None:
    """Return what a release gave: how long its answers took, how many failed, how sure it was of each photo.

    None where it answered nothing.
    """
    if not milliseconds:
        return None
    return Baseline(
        release=release,
        requests=len(milliseconds) + failed,
        failed=failed,
        median_milliseconds=round(median(milliseconds), 1),
        probabilities={photo: round(median(values), 6) for photo, values in given.items()},
    )


def compared(
    stable: Baseline, milliseconds: Sequence[float], given: Given, asked: Tolerances
) -> tuple[Check, ...]:
    """Return the verdicts on a candidate's answers beside those of the stable release just before."""
    verdicts = []
    if asked.max_slowdown:
        verdicts.append(_pace(stable, milliseconds, asked.max_slowdown))
    if stable.probabilities:
        verdicts.append(_likeness(stable, given, asked.max_drift))
    return tuple(verdicts)


def _pace(stable: Baseline, milliseconds: Sequence[float], most: float) -> Check:
    name = "answers come as soon as from stable"
    if not stable.comparable or len(milliseconds) < ENOUGH:
        detail = f"not compared: {len(milliseconds)} answers beside {stable.answered} of {stable.release}"
        return Check(name=name, passed=True, detail=detail)
    now, then = median(milliseconds), stable.median_milliseconds
    beside = f"{then:.0f} ms from {stable.release} just before, {now / then:.1f} x of {most:g} x"
    return Check(name=name, passed=now <= most * then, detail=f"median {now:.0f} ms, {beside}")


def _likeness(stable: Baseline, given: Given, most: float) -> Check:
    name = "answers are as sure as from stable"
    drifts = {
        photo: max((abs(value - stable.probabilities[photo]) for value in values), default=0.0)
        for photo, values in given.items()
        if photo in stable.probabilities
    }
    worst = max(drifts, key=lambda photo: drifts[photo], default="")
    detail = f"the same model, so the same answers: {len(drifts)} photos, as sure as {stable.release}"
    if worst:
        detail += f" but for {drifts[worst]:.3f} of {most:g} at most ({worst})"
    return Check(name=name, passed=drifts.get(worst, 0.0) <= most, detail=detail)

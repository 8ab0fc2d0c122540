"""The baseline: what the stable release returned just before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from pydantic import BaseModel, ConfigDict

from seatrial.analysis.timeline import Sample

# The median of fewer responses than this is not significant.
MIN_RESPONSES = 10


class Baseline(BaseModel):
    """What the stable release returned while the candidate was started and previewed.

    `failed` of `requests` had no successful response; `median_milliseconds` is the median latency of the
    others. `probabilities` holds the median probability of each correct label by photo; it is empty without
    `same_model`, since the probabilities of another model than the candidate's may differ. `other_model` is
    the name of the release's model if the candidate's has another name: its latency is then no measure.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    release: str
    requests: int
    failed: int
    median_milliseconds: float
    # Records of older versions do not have it.
    same_model: bool = False
    other_model: str = ""
    probabilities: dict[str, float] = {}

    @property
    def successful(self) -> int:
        """The number of successful responses."""
        return self.requests - self.failed

    @property
    def comparable(self) -> bool:
        """Whether there are enough responses for a significant median."""
        return self.successful >= MIN_RESPONSES


def make_baseline(
    release: str, samples: Iterable[Sample], probabilities: Mapping[str, Sequence[float]] | None
) -> Baseline | None:
    """Return the baseline of a release from samples of the live address, or None if it never responded.

    `probabilities` is None if the candidate has another model. Every failed request counts, since a failed
    response need not name its release.
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
        same_model=probabilities is not None,
        probabilities={photo: round(median(values), 6) for photo, values in (probabilities or {}).items()},
    )


def _successful(sample: Sample) -> bool:
    return 200 <= sample.status < 300

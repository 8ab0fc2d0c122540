"""Requests in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import quantiles

from seatrial.analysis.timeline import Sample
from seatrial.report.schema import Traffic, Where


def traffic(where: Where, answers: Sequence[Sample], budget: float | None) -> Traffic:
    """Return the numbers of the requests to one place; `budget` is the 95th percentile's, in milliseconds."""
    times = sorted(answer.ms for answer in answers if 200 <= answer.status < 300)
    return Traffic(
        where=where,
        requests=len(answers),
        failed=sum(not 200 <= answer.status < 300 for answer in answers),
        wrong=sum(200 <= answer.status < 300 and not answer.ok for answer in answers),
        p50=_percentile(times, 50),
        p95=_percentile(times, 95),
        slowest=max(times, default=0.0),
        budget=budget,
        answered_by=dict(Counter(answer.release for answer in answers if answer.release)),
    )


def _percentile(times: Sequence[float], percent: int) -> float:
    if len(times) < 2:
        return times[0] if times else 0.0
    # As the gate reckons it: the page must not argue with the verdict.
    return quantiles(times, n=100, method="inclusive")[percent - 1]

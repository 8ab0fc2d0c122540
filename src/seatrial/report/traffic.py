"""Counts and latencies of requests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import quantiles

from seatrial.analysis.timeline import Sample
from seatrial.report.schema import Traffic, Where


def traffic(where: Where, samples: Sequence[Sample], budget: float | None) -> Traffic:
    """Return the counts and percentiles of the requests to one place.

    `budget` is the threshold of the 95th percentile in milliseconds.
    """
    times = sorted(sample.ms for sample in samples if 200 <= sample.status < 300)
    return Traffic(
        where=where,
        requests=len(samples),
        failed=sum(not 200 <= sample.status < 300 for sample in samples),
        wrong=sum(200 <= sample.status < 300 and not sample.ok for sample in samples),
        p50=_percentile(times, 50),
        p95=_percentile(times, 95),
        slowest=max(times, default=0.0),
        budget=budget,
        answered_by=dict(Counter(sample.release for sample in samples if sample.release)),
    )


def _percentile(times: Sequence[float], percent: int) -> float:
    if len(times) < 2:
        return times[0] if times else 0.0
    # The same method as in the latency check, so that both show the same number.
    return quantiles(times, n=100, method="inclusive")[percent - 1]

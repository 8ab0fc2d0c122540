"""The result of a load, also while it still runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import quantiles


@dataclass(frozen=True)
class LoadResult:
    """Failed requests, wrong predictions, latencies (ms) and probabilities, as measured so far.

    `failures` and `wrong` hold one reason each; `probabilities` the probability of each correct label, by
    photo; `in_flight_milliseconds` how long each unanswered request has been waiting; `planned` the largest
    number of requests that the whole load can send. A slow endpoint gets fewer: the load has a limited number
    of connections.
    """

    failures: Sequence[str] = ()
    wrong: Sequence[str] = ()
    milliseconds: Sequence[float] = ()
    probabilities: Mapping[str, Sequence[float]] = field(default_factory=dict)
    in_flight_milliseconds: Sequence[float] = ()
    planned: int = 0

    @property
    def total(self) -> int:
        """The number of requests that have ended."""
        return len(self.milliseconds) + len(self.failures)

    @property
    def error_rate(self) -> float:
        """The share of ended requests that failed, 0 to 1."""
        return len(self.failures) / self.total if self.total else 0.0

    @property
    def p95(self) -> float:
        """The 95th percentile of the latency, in milliseconds.

        Linear interpolation between the order statistics: definition 7 of Hyndman and Fan, "Sample quantiles
        in statistical packages", 1996.
        """
        times = self.milliseconds
        # The exclusive method extrapolates beyond the maximum when there are few values.
        return quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else max(times, default=0.0)

    def __str__(self) -> str:
        """Return a summary in one line."""
        bad = f"{len(self.failures)} failed, {len(self.wrong)} wrong"
        return f"{self.total} requests, {bad}, p95 {self.p95:.0f} ms"

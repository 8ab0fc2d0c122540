"""The thresholds for a load's result, and the checks against them."""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.analysis.baseline import Baseline, Tolerances, compare
from seatrial.analysis.load_result import LoadResult
from seatrial.results import NOT_COMPARED, Check

# If the number of planned requests is not known, an error rate of fewer is not significant.
MIN_REQUESTS = 20


@dataclass(frozen=True)
class Thresholds:
    """The error rate (0 to 1) and 95th percentile (ms) not to exceed, and the tolerances to a baseline.

    `latency_not_judged` is why the latency is not judged, empty if it is.
    """

    max_error_rate: float
    max_p95_milliseconds: float
    tolerances: Tolerances
    latency_not_judged: str = ""

    def violation(self, load: LoadResult, baseline: Baseline | None = None) -> str:
        """Return why the load can no longer pass, whatever follows, or an empty string."""
        if load.wrong:
            return f"wrong prediction: {load.wrong[0]}"
        if self._too_many_failures(load):
            return f"{len(load.failures)} of {load.total} requests failed: {load.failures[0]}"
        return self.latency_violation(load, baseline)

    def _too_many_failures(self, load: LoadResult) -> bool:
        significant = load.planned or load.total >= MIN_REQUESTS or self.max_error_rate == 0
        return bool(significant) and len(load.failures) > self.max_error_rate * max(load.planned, load.total)

    def latency_violation(self, load: LoadResult, baseline: Baseline | None = None) -> str:
        """Return why the latency can no longer pass, or an empty string.

        It cannot if more requests are slow already than may be slow among all planned ones. Requests in
        flight count with the time that they have been waiting.
        """
        if not load.planned or self.latency_not_judged:
            return ""
        limits = [(self.max_p95_milliseconds, 0.05)]
        slowdown = self.tolerances.max_slowdown
        if slowdown and baseline and baseline.comparable:
            limits.append((slowdown * baseline.median_milliseconds, 0.5))
        times = [*load.milliseconds, *load.in_flight_milliseconds]
        for limit, share in limits:
            slow = sum(each > limit for each in times)
            if slow > share * max(load.planned, len(times)):
                return f"{slow} of {len(times)} requests took longer than {limit:.0f} ms"
        return ""

    def checks(self, load: LoadResult, baseline: Baseline | None = None) -> tuple[Check, ...]:
        """Return one check for each threshold, and those against the baseline if there is one."""
        failed = f"{len(load.failures)} of {load.total} requests failed"
        failed += f", first: {load.failures[0]}" if load.failures else ""
        if baseline:
            failed += f"; baseline {baseline.release}: {baseline.failed} of {baseline.requests}"
        limit = self.max_p95_milliseconds
        latency, in_time = f"p95 {load.p95:.0f} ms, limit {limit:.0f} ms", load.p95 <= limit
        if self.latency_not_judged:
            latency, in_time = f"{NOT_COMPARED}: {self.latency_not_judged}; p95 {load.p95:.0f} ms", True
        wrong = "; ".join(load.wrong[:3]) or "all correct"
        return (
            _check("the endpoint responds", bool(load.milliseconds), f"{load.total} requests sent"),
            _check("error rate under load", load.error_rate <= self.max_error_rate, failed),
            _check("predictions under load", not load.wrong, wrong),
            _check("latency under load", in_time, latency),
            *(compare(baseline, load, self.tolerances) if baseline else ()),
        )


def _check(name: str, passed: bool, detail: str) -> Check:
    return Check(name=name, passed=passed, detail=detail)

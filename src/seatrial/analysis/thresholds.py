"""The thresholds for a load's result, and the checks against them."""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.analysis.baseline import MIN_RESPONSES, Baseline
from seatrial.analysis.best_end import best_ends
from seatrial.analysis.comparison import LATENCY, Tolerances, compare
from seatrial.analysis.load_result import LoadResult
from seatrial.check_result import Check, not_judged

RESPONDS = "the endpoint responds"
ERRORS = "error rate under load"
PREDICTIONS = "predictions under load"
P95 = "latency under load"


@dataclass(frozen=True)
class Thresholds:
    """The error rate (0 to 1) and 95th percentile (ms) not to exceed, and the tolerances to a baseline.

    `latency_not_judged` is why the 95th percentile is not judged here, empty if it is.
    """

    max_error_rate: float
    max_p95_milliseconds: float
    tolerances: Tolerances
    latency_not_judged: str = ""

    def violation(self, load: LoadResult, baseline: Baseline | None = None) -> str:
        """Return why the load can no longer pass, whatever follows, or an empty string.

        It cannot if the best result that it can still have when its plan is complete fails a check. So with
        a plan of N requests, floor(max_error_rate × N) of them may fail: the error budget of Beyer et al.,
        "Site Reliability Engineering", 2016, chapter 3, for one load.
        """
        failed = self._failed_for_certain(load, baseline)
        return self._reason(failed, load, baseline) if failed else ""

    def latency_violation(self, load: LoadResult, baseline: Baseline | None = None) -> str:
        """Return why the latency can no longer pass, or an empty string. Other violations are left out."""
        return self._slow(self._failed_for_certain(load, baseline), load, baseline)

    def _failed_for_certain(self, load: LoadResult, baseline: Baseline | None) -> tuple[str, ...]:
        """Return the checks that the best end fails; none if some completion of the plan passes."""
        first: tuple[str, ...] = ()
        for end in best_ends(load):
            # What is not judged yet may be judged when the plan is complete.
            checks = [each for each in self.checks(end, baseline) if each.judged]
            failed = tuple(each.name for each in checks if not each.passed)
            if not failed:
                return ()
            first = first or failed
        return first

    def _reason(self, failed: tuple[str, ...], load: LoadResult, baseline: Baseline | None) -> str:
        if PREDICTIONS in failed:
            return f"wrong prediction: {load.wrong[0]}"
        if ERRORS in failed:
            return f"{len(load.failures)} of {load.total} requests failed: {load.failures[0]}"
        if slow := self._slow(failed, load, baseline):
            return slow
        details = {each.name: each.detail for each in self.checks(load, baseline)}
        return f"{failed[0]}: {details[failed[0]]}"

    def _slow(self, failed: tuple[str, ...], load: LoadResult, baseline: Baseline | None) -> str:
        limits = [self.max_p95_milliseconds] if P95 in failed else []
        if LATENCY in failed and baseline:
            limits.append((self.tolerances.max_slowdown or 0) * baseline.median_milliseconds)
        if not limits:
            return ""
        times = [*load.milliseconds, *load.in_flight_milliseconds]
        slow = sum(each > limits[0] for each in times)
        return f"{slow} of {len(times)} requests took longer than {limits[0]:.0f} ms"

    def checks(self, load: LoadResult, baseline: Baseline | None = None) -> tuple[Check, ...]:
        """Return one check for each threshold and each tolerance; one without a measurement is not judged."""
        return (
            _responds(load),
            self._error_rate(load, baseline),
            *self._responses(load),
            *compare(baseline, load, self.tolerances),
        )

    def _error_rate(self, load: LoadResult, baseline: Baseline | None) -> Check:
        if not load.total:
            return not_judged(ERRORS, "no request has ended")
        detail = f"{len(load.failures)} of {load.total} requests failed"
        detail += f", first: {load.failures[0]}" if load.failures else ""
        if baseline:
            detail += f"; baseline {baseline.release}: {baseline.failed} of {baseline.requests}"
        return Check(name=ERRORS, passed=load.error_rate <= self.max_error_rate, detail=detail)

    def _responses(self, load: LoadResult) -> tuple[Check, Check]:
        if not load.milliseconds:
            why = "there is no response"
            return not_judged(PREDICTIONS, why), not_judged(P95, why)
        wrong = "; ".join(load.wrong[:3]) or "all correct"
        return Check(name=PREDICTIONS, passed=not load.wrong, detail=wrong), self._latency(load)

    def _latency(self, load: LoadResult) -> Check:
        if self.latency_not_judged:
            return not_judged(P95, f"{self.latency_not_judged} (p95 {load.p95:.0f} ms)")
        limit = self.max_p95_milliseconds
        detail = f"p95 {load.p95:.0f} ms, limit {limit:.0f} ms"
        return Check(name=P95, passed=load.p95 <= limit, detail=detail)


def _responds(load: LoadResult) -> Check:
    # A plan of fewer requests is the operator's choice.
    needed = max(1, min(MIN_RESPONSES, load.planned))
    detail = f"{len(load.milliseconds)} responses to {load.total} requests, at least {needed} needed"
    return Check(name=RESPONDS, passed=len(load.milliseconds) >= needed, detail=detail)

"""What is asked of an endpoint's answers under load, and the verdicts on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles

from seatrial.analysis.baseline import Baseline, Given, Tolerances, compared
from seatrial.results import Check

# A share of fewer requests than this says little.
ENOUGH = 20
ANY = Tolerances(None, 1)


@dataclass(frozen=True)
class LoadResult:
    """What came of a load: why requests failed or were answered wrongly, how long the answers took.

    `given` says how sure each right answer was, by photo.
    """

    failures: Sequence[str]
    wrong: Sequence[str]
    milliseconds: Sequence[float]
    given: Given

    @property
    def total(self) -> int:
        """How many requests have ended."""
        return len(self.milliseconds) + len(self.failures)

    @property
    def error_rate(self) -> float:
        """The share of them that failed."""
        return len(self.failures) / self.total if self.total else 0.0

    @property
    def p95(self) -> float:
        """The 95th percentile, in milliseconds."""
        times = self.milliseconds
        # Of few answers the other method makes one that was slower than any.
        return quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else max(times, default=0.0)

    def __str__(self) -> str:
        """Return it in a line."""
        bad = f"{len(self.failures)} failed, {len(self.wrong)} wrong"
        return f"{self.total} requests, {bad}, p95 {self.p95:.0f} ms"


@dataclass(frozen=True)
class Thresholds:
    """What is asked of the answers: share of failures (0 to 1), 95th percentile (ms), and the release.

    An empty release is any. `stable` is what the stable one gave just before, if there is one, and
    `nearness` how near to it the answers must stay.
    """

    release: str
    max_error_rate: float
    max_p95_milliseconds: float
    stable: Baseline | None = None
    nearness: Tolerances = ANY

    def broken(self, seen: LoadResult) -> str:
        """Return why it is broken by wrong answers or failures, beyond doubt, or nothing."""
        if seen.wrong:
            return f"wrong answer: {seen.wrong[0]}"
        enough = seen.total >= ENOUGH or self.max_error_rate == 0
        if enough and seen.error_rate > self.max_error_rate:
            return f"{len(seen.failures)} of {seen.total} requests failed: {seen.failures[0]}"
        return ""

    def late(self, milliseconds: Sequence[float], planned: int) -> str:
        """Say whether more answers were late already than may be of all that are planned, or nothing."""
        limits = [(self.max_p95_milliseconds, 0.05)]
        slowdown = self.nearness.max_slowdown
        if slowdown and self.stable and self.stable.comparable:
            limits.append((slowdown * self.stable.median_milliseconds, 0.5))
        for limit, share in limits:
            late = sum(each > limit for each in milliseconds)
            if late > share * max(planned, len(milliseconds)):
                return f"{late} of {len(milliseconds)} answers took longer than {limit:.0f} ms"
        return ""

    def verdicts(self, seen: LoadResult) -> tuple[Check, ...]:
        """Return the verdict on each part of it."""
        slow, stable = self.max_p95_milliseconds, self.stable
        failed = f"{len(seen.failures)} of {seen.total} requests failed"
        failed += f", first: {seen.failures[0]}" if seen.failures else ""
        failed += f"; {stable.failed} of {stable.requests} of {stable.release} just before" if stable else ""
        quick = f"p95 {seen.p95:.0f} ms, budget {slow:.0f} ms"
        beside = compared(stable, seen.milliseconds, seen.given, self.nearness) if stable else ()
        return (
            _verdict("it answered at all", bool(seen.milliseconds), f"{seen.total} requests sent"),
            _verdict("requests under load succeed", seen.error_rate <= self.max_error_rate, failed),
            _verdict("answers under load are right", not seen.wrong, "; ".join(seen.wrong[:3]) or "all were"),
            _verdict("answers under load are quick", seen.p95 <= slow, quick),
            *beside,
        )


def _verdict(name: str, passed: bool, detail: str) -> Check:
    return Check(name=name, passed=passed, detail=detail)

"""Suite and load together on one endpoint: the part that preview and bake share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from seatrial.analysis.baseline import MIN_RESPONSES
from seatrial.analysis.load import LoadGenerator, LoadPlan
from seatrial.analysis.load_result import LoadResult
from seatrial.analysis.suite import SUITE_SECONDS, RunningSuite, SuiteReport, SuiteRequest, SuiteRunner
from seatrial.errors import SeatrialError
from seatrial.http_client import HttpClient
from seatrial.results import Check
from seatrial.runtime import Runtime
from seatrial.wait import until

POLL_SECONDS = 0.2
# Beside the suite's own time limit: starting and ending its process.
MARGIN_SECONDS = 120


@dataclass(frozen=True)
class EndpointCheck:
    """Runs the acceptance suite under load.

    `min_seconds` is how long the load lasts at least; it goes on until the suite has ended, and until
    MIN_RESPONSES requests have. `violation` returns why a result can no longer pass: the check then ends
    early. The result's `planned` is the number of requests until the latest end of the load: that of the
    suite's time limit while the suite runs. `on_poll` is called at every poll with the elapsed seconds and
    the load's result; what it raises ends the check.
    """

    plan: LoadPlan
    suite: SuiteRequest
    min_seconds: float
    violation: Callable[[LoadResult], str]
    on_poll: Callable[[float, LoadResult], None]

    def run(self, suites: SuiteRunner, http: HttpClient, runtime: Runtime) -> EndpointResult:
        """Run it and return the result.

        Raises OutsideError if the suite does not end in time.
        """
        load = LoadGenerator(self.plan, http, runtime)
        suite = suites.start(self.suite)
        try:
            with load:
                violation, elapsed = self._wait(load, suite, runtime)
                load.stop(drain=not violation)
            # Nothing is sent any more: what was sent is judged.
            final = self._planned(load, elapsed)
            violation = violation or self.violation(replace(final, planned=final.total))
            report = _report(suite, violation)
        finally:
            suite.stop()
        return EndpointResult(violation, report, final)

    def _wait(self, load: LoadGenerator, suite: RunningSuite, runtime: Runtime) -> tuple[str, float]:
        start = runtime.monotonic()

        def poll() -> tuple[str, float] | None:
            # Before the result is read, which may then only be larger than at the suite's end.
            ended, elapsed = suite.done(), runtime.monotonic() - start
            result = load.result()
            complete = ended and result.total >= self._needed
            planned = self._planned(load, self._latest_end(elapsed, complete=complete))
            self.on_poll(elapsed, planned)
            if violation := self.violation(planned):
                return violation, elapsed
            over = complete and elapsed >= self.min_seconds
            return ("", elapsed) if over or (ended and suite.result().failure) else None

        limit = self.min_seconds + SUITE_SECONDS + MARGIN_SECONDS
        return until("the acceptance suite under load", poll, limit, every=POLL_SECONDS, runtime=runtime)

    def _planned(self, load: LoadGenerator, seconds: float) -> LoadResult:
        return replace(load.result(), planned=self.plan.requests_within(seconds))

    def _latest_end(self, elapsed: float, *, complete: bool) -> float:
        """Return after how many seconds the load has ended at the latest."""
        return max(elapsed, self.min_seconds, 0 if complete else SUITE_SECONDS) + POLL_SECONDS

    @property
    def _needed(self) -> int:
        """The number of ended requests before the load may end."""
        return min(MIN_RESPONSES, self.plan.requests_within(max(self.min_seconds, SUITE_SECONDS)))


def _report(suite: RunningSuite, violation: str) -> SuiteReport:
    try:
        return suite.result() if suite.done() else SuiteReport(())
    except SeatrialError:
        # The violation explains the result; the suite's own error must not hide it.
        if not violation:
            raise
        return SuiteReport(())


@dataclass(frozen=True)
class EndpointResult:
    """The violation (empty: none), the suite's report (empty: it did not end), and the load's result."""

    violation: str
    suite: SuiteReport
    load: LoadResult

    @property
    def checks(self) -> tuple[Check, ...]:
        """The suite's checks; before them a failed one if there was a violation or no suite."""
        if self.violation:
            return (
                Check(name="no violation under load", passed=False, detail=self.violation),
                *self.suite.checks,
            )
        return self.suite.checks or (
            Check(name="acceptance suite ran completely", passed=False, detail="no result"),
        )

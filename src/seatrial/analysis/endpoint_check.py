"""Suite and load together on one endpoint: the part that preview and bake share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from seatrial.analysis.baseline import MIN_RESPONSES
from seatrial.analysis.load import LoadGenerator, LoadPlan
from seatrial.analysis.load_result import LoadResult
from seatrial.analysis.suite import RunningSuite, SuiteReport, SuiteRequest, SuiteRunner
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
                violation = self._wait(load, suite, runtime)
                load.stop(drain=not violation)
            sent = load.result()
            # Nothing is sent any more: what was sent is the whole plan.
            final = replace(sent, planned=sent.total)
            violation = violation or self.violation(final)
            report = _report(suite, violation)
        finally:
            suite.stop()
        return EndpointResult(violation, report, final)

    def _wait(self, load: LoadGenerator, suite: RunningSuite, runtime: Runtime) -> str:
        start = runtime.monotonic()

        def poll() -> tuple[str] | None:
            # Before the result is read, which may then only be larger than at the suite's end.
            ended, elapsed = suite.done(), runtime.monotonic() - start
            result = load.result()
            complete = ended and result.total >= self._needed
            self.on_poll(elapsed, result)
            planned = replace(result, planned=self._planned(elapsed, complete=complete))
            if violation := self.violation(planned):
                return (violation,)
            over = complete and elapsed >= self.min_seconds
            return ("",) if over or (ended and suite.result().failure) else None

        limit = self.min_seconds + self.suite.seconds + MARGIN_SECONDS
        return until("the acceptance suite under load", poll, limit, every=POLL_SECONDS, runtime=runtime)[0]

    def _planned(self, elapsed: float, *, complete: bool) -> int:
        """Return how many requests the load sends until its latest end."""
        end = max(elapsed, self.min_seconds, 0 if complete else self.suite.seconds)
        return self.plan.requests_within(end + POLL_SECONDS)

    @property
    def _needed(self) -> int:
        """The number of ended requests before the load may end."""
        return min(MIN_RESPONSES, self.plan.requests_within(max(self.min_seconds, self.suite.seconds)))


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

"""The acceptance suite, run as QA runs it: pytest in a process of its own."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from seatrial.analysis.suite import RunningSuite, SuiteReport, SuiteRequest, read_report
from seatrial.errors import OutsideError
from seatrial.process import StopRequest, run, tail
from seatrial.runtime import SYSTEM, Runtime, Task
from seatrial.wait import until
from seatrial.workspace import Workspace

SUITE = Path("tests/e2e/acceptance")
STOP_SECONDS = 5
PYTEST: Final = (
    *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
    # Warnings are errors in development; a library's warning must not decide about a release.
    *("-W", "default"),
    # All plugins that are installed would take a second longer to load than the suite needs without them.
    *("--disable-plugin-autoload", "-p", "pytest_timeout"),
    *("-p", "pytest_github_actions_annotate_failures.plugin"),
)
"""The command that runs tests in a stage."""


@dataclass(frozen=True)
class PytestSuite:
    """Runs the suite of a checkout; its reports are written to the instance's report directory."""

    workspace: Workspace
    runtime: Runtime = SYSTEM

    def start(self, request: SuiteRequest) -> RunningSuite:
        """Start the suite in the background."""
        stop = StopRequest()
        return _RunningProcess(self.runtime.start(lambda: self._run(request, stop)), stop, self.runtime)

    def _run(self, request: SuiteRequest, stop: StopRequest) -> SuiteReport:
        workspace = self.workspace
        report = workspace.root / "reports" / workspace.instance / f"{request.name}.json"
        report.unlink(missing_ok=True)
        argv = [*PYTEST, str(SUITE), "--tb=short", *request.endpoint.options()]
        argv += request.expectation.options()
        # In one word each: pytest looks for its configuration above every word that is a path.
        argv += [f"--golden={request.golden}", f"--report={report}"]
        # Options for a pytest that runs this process are not for the suite.
        env = {"PYTEST_ADDOPTS": "", "NO_COLOR": "1"}
        done = run(argv, timeout=request.seconds, cwd=workspace.root, env=env, check=False, stop=stop)
        return SuiteReport(read_report(report, done.code, done.output), tail(done.output))


@dataclass(frozen=True)
class _RunningProcess:
    task: Task[SuiteReport]
    process: StopRequest
    runtime: Runtime

    def done(self) -> bool:
        return self.task.done()

    def result(self) -> SuiteReport:
        return self.task.result()

    def stop(self) -> None:
        self.process.send()
        # The process must not outlive this one, whose end would end the task.
        with suppress(OutsideError):
            until("the end of the suite", self._ended, STOP_SECONDS, every=0.02, runtime=self.runtime)

    def _ended(self) -> bool | None:
        return True if self.task.done() else None

"""The acceptance suite as a process, started as a release starts it."""

from __future__ import annotations

import sys
from pathlib import Path

from seatrial.analysis.suite import Endpoint, Expectation, SuiteRequest
from seatrial.process import run
from seatrial.system.acceptance_suite import PytestSuite
from seatrial.workspace import Workspace

ROOT = Path(__file__).parents[4]
EXPECTATION = Expectation("trial-1", "sha256:" + "a" * 64, "sha256:" + "b" * 64)


def request(golden: Path) -> SuiteRequest:
    """Return a request for an endpoint that does not respond."""
    return SuiteRequest(Endpoint("http://127.0.0.1:1"), golden, EXPECTATION, "unit")


def test_every_check_fails_without_an_endpoint(tmp_path: Path) -> None:
    """Where nothing responds, no check passes and none is skipped."""
    report = PytestSuite(Workspace(ROOT, "unit")).start(request(tmp_path)).result()
    assert report.checks
    assert not any(check.passed for check in report.checks)
    assert "acceptance suite ran completely" not in [check.name for check in report.checks]
    assert "checks failed" in report.failure


def test_a_suite_that_does_not_run_fails(tmp_path: Path) -> None:
    """A process that ends without a report has failed."""
    (tmp_path / "reports").mkdir()
    report = PytestSuite(Workspace(tmp_path, "unit")).start(request(tmp_path)).result()
    assert [check.name for check in report.checks] == ["acceptance suite ran completely"]
    assert report.failure


def test_no_endpoint_is_a_failure() -> None:
    """Without an endpoint the suite fails and names the option; it does not skip."""
    argv = [sys.executable, "-m", "pytest", "tests/e2e/acceptance", "-q", "-p", "no:cacheprovider"]
    argv += ["--report", str(ROOT / "reports" / "unit" / "none.json")]
    done = run(argv, timeout=60, cwd=ROOT, check=False, env={"PYTEST_ADDOPTS": ""})
    assert done.code == 1
    assert "no endpoint: --url" in done.output
    assert "passed" not in done.output.splitlines()[-1]

"""The acceptance suite in a process of its own, as a release runs it."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from seatrial.analysis.suite import Endpoint, Expectation, SuiteRequest
from seatrial.process import run
from seatrial.system.acceptance_suite import PytestSuite
from seatrial.workspace import Workspace

ROOT = Path(__file__).parents[4]
EXPECTATION = Expectation("trial-1", "sha256:" + "a" * 64, "sha256:" + "b" * 64)
INCOMPLETE = "acceptance suite ran completely"


def request(golden: Path, port: int = 1) -> SuiteRequest:
    """Return a request for an endpoint on this machine; nothing listens on port 1."""
    return SuiteRequest(Endpoint(f"http://127.0.0.1:{port}"), golden, EXPECTATION, "unit")


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that accepts connections and never responds."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_every_check_fails_without_an_endpoint(tmp_path: Path) -> None:
    """If nothing listens, no check passes and none is skipped."""
    report = PytestSuite(Workspace(ROOT, "unit")).start(request(tmp_path)).result()
    assert report.checks
    assert not any(check.passed for check in report.checks)
    assert INCOMPLETE not in [check.name for check in report.checks]
    assert "checks failed" in report.failure


def test_a_suite_that_does_not_run_fails(tmp_path: Path) -> None:
    """A process that ends without a report is a failed check."""
    (tmp_path / "reports").mkdir()
    report = PytestSuite(Workspace(tmp_path, "unit")).start(request(tmp_path)).result()
    assert [check.name for check in report.checks] == [INCOMPLETE]
    assert report.failure


def test_a_stopped_suite_ends_early_and_does_not_pass(tmp_path: Path, silent_port: int) -> None:
    """`stop` terminates the process long before its time limit; its report is a failed check."""
    start = time.monotonic()
    running = PytestSuite(Workspace(ROOT, "unit")).start(request(tmp_path, silent_port))
    assert not running.done()
    running.stop()
    assert running.result().failure
    assert running.done()
    assert time.monotonic() - start < 60


def test_a_suite_without_an_endpoint_fails() -> None:
    """Without an endpoint the suite fails and names the option; it does not skip."""
    argv = [sys.executable, "-m", "pytest", "tests/e2e/acceptance", "-q", "-p", "no:cacheprovider"]
    argv += ["--report", str(ROOT / "reports" / "unit" / "none.json")]
    done = run(argv, timeout=60, cwd=ROOT, check=False, env={"PYTEST_ADDOPTS": ""})
    assert done.code == 1
    assert "no endpoint: --url" in done.output
    assert "passed" not in done.output.splitlines()[-1]

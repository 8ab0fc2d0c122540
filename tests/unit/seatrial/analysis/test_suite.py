"""The acceptance suite, started as a release starts it."""

from __future__ import annotations

import sys
from pathlib import Path

from seatrial.analysis.suite import Endpoint, run_suite
from seatrial.process import run
from seatrial.workspace import Workspace

ROOT = Path(__file__).parents[4]


def test_an_endpoint_that_is_not_there_breaks_every_promise(tmp_path: Path) -> None:
    """Against an address where nothing answers no promise is kept, and the report says so."""
    workspace = Workspace(ROOT, "unit")
    endpoint = Endpoint("http://127.0.0.1:1")
    report = run_suite(workspace, endpoint, golden=tmp_path, expect=["trial-1"], name="nowhere")
    assert report.verdicts
    assert not any(verdict.passed for verdict in report.verdicts)
    assert "promises broken" in report.broken


def test_no_endpoint_is_a_failure_and_no_skip() -> None:
    """Without an endpoint the suite fails and says how to name one."""
    argv = [sys.executable, "-m", "pytest", "tests/e2e/acceptance", "-q", "-p", "no:cacheprovider"]
    argv += ["--report", str(ROOT / "reports" / "unit" / "none.json")]
    done = run(argv, timeout=60, cwd=ROOT, check=False, env={"PYTEST_ADDOPTS": ""})
    assert done.code == 1
    assert "no endpoint: --url" in done.output
    assert "passed" not in done.output.splitlines()[-1]


def test_a_suite_that_does_not_run_breaks_a_promise(tmp_path: Path) -> None:
    """A suite that ends without a report is never taken for one that passed."""
    (tmp_path / "reports").mkdir()
    report = run_suite(
        Workspace(tmp_path, "unit"), Endpoint("http://127.0.0.1:1"), golden=tmp_path, expect=[], name="x"
    )
    assert [verdict.name for verdict in report.verdicts] == ["the suite ran"]
    assert report.broken

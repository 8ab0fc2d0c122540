"""The JSON report of the acceptance suite: the tests that were collected, and the result of each."""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path

import pytest

Row = dict[str, object]
ASKED = ("url", "env", "expect")


class JsonReport:
    """A pytest plugin that writes the report when the session ends.

    `declared` lists the collected tests, `checks` those that ran, `skipped` the others; `notes` are further
    members of the report. A test is required unless it has the marker `optional`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notes: dict[str, object] = {}
        self._declared: list[Row] = []
        self._checks: dict[str, Row] = {}
        self._skipped: dict[str, Row] = {}

    def unreachable(self, reason: str) -> None:
        """Record that nothing responds: one failed check, and no result of the others."""
        row: Row = {"name": "The endpoint responds.", "test": "endpoint", "required": True, "seconds": 0.0}
        self._declared.append(row)
        self._checks["endpoint"] = {**row, "passed": False, "detail": reason[:300]}

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Record the collected tests before any is deselected."""
        self._declared = [_identity(item) for item in items]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Record the result of a test; a failed teardown replaces the result of its call."""
        report = yield
        row = {**_identity(item), "seconds": round(report.duration, 3)}
        if report.skipped:
            self._skipped[item.nodeid] = {**row, "detail": _skip_reason(report)}
        elif report.when == "call" or report.failed:
            self._checks[item.nodeid] = {**row, "passed": report.passed, "detail": _detail(report)}
        return report

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the report."""
        if session.config.option.collectonly:
            return
        body = {
            "asked": {name: session.config.getoption(name) for name in ASKED},
            "declared": self._declared,
            "checks": list(self._checks.values()),
            "skipped": list(self._skipped.values()),
            **self.notes,
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(body, indent=2) + "\n")


def _identity(item: pytest.Item) -> Row:
    """Return what names a test: its guarantee (the docstring), its id, and whether it is required."""
    guarantee = " ".join((getattr(item, "obj", item).__doc__ or item.name).split())
    required = item.get_closest_marker("optional") is None
    return {"name": guarantee, "test": item.nodeid, "required": required}


def _skip_reason(report: pytest.TestReport) -> str:
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)


def _detail(report: pytest.TestReport) -> str:
    if report.passed:
        return f"{report.duration:.2f} s"
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash else str(report.longrepr)
    return text.strip().splitlines()[0][:300]

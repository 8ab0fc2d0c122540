"""The suite's report: complete ones are read, incomplete ones fail."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from seatrial.analysis.suite import Expectation, SuiteReport, read_report, suite_seconds
from seatrial.results import Check

RAN = "acceptance suite ran completely"


def row(name: str, **fields: Any) -> dict[str, Any]:
    """Return a row of the report."""
    return {"name": name, "test": f"test_{name}", "required": True, "seconds": 0.1, "detail": "", **fields}


def report(folder: Path, declared: list[Any], checks: list[Any], skipped: list[Any]) -> Path:
    """Write a report."""
    document = {"asked": {}, "declared": declared, "checks": checks, "skipped": skipped}
    (folder / "suite.json").write_text(json.dumps(document))
    return folder / "suite.json"


def failures(document: Path, exit_code: int = 0) -> list[str]:
    """Return the failed checks with their details."""
    return [f"{c.name}: {c.detail}" for c in read_report(document, exit_code, "last line") if not c.passed]


def test_a_complete_report_passes(tmp_path: Path) -> None:
    """Each declared check has a result; an optional one may be skipped."""
    declared = [row("golden"), row("name", required=False)]
    document = report(tmp_path, declared, [row("golden", passed=True)], [row("name", required=False)])
    assert read_report(document, 0, "") == (Check(name="golden", passed=True, detail=""),)


def test_a_failed_check_is_reported(tmp_path: Path) -> None:
    """A failed check explains the exit code."""
    document = report(tmp_path, [row("golden")], [row("golden", passed=False, detail="dog")], [])
    assert failures(document, exit_code=1) == ["golden: dog"]


@pytest.mark.parametrize(
    ("declared", "checks", "skipped", "exit_code", "reason"),
    [
        (
            [row("a"), row("v")],
            [row("a", passed=True)],
            [row("v", detail="no --expect")],
            0,
            "was skipped: v: no",
        ),
        (
            [row("a"), row("b")],
            [row("a", passed=True)],
            [],
            0,
            "1 of 2 declared checks have no result, first: b",
        ),
        ([], [], [], 5, "it has no results"),
        ([row("a")], [], [row("a", required=False)], 0, "it has no results"),
        ([row("a")], [row("a", passed=True), row("b", passed=True)], [], 0, "2 results for 1 declared"),
        ([row("a")], [row("a", passed=True)], [], 3, "exit code 3 without a failed check: last line"),
    ],
)
def test_an_incomplete_report_fails(
    tmp_path: Path, declared: list[Any], checks: list[Any], skipped: list[Any], exit_code: int, reason: str
) -> None:
    """A skipped required check, a missing result, no result and an unexplained exit code each fail."""
    (failure,) = failures(report(tmp_path, declared, checks, skipped), exit_code)
    assert failure.startswith(RAN)
    assert reason in failure


@pytest.mark.parametrize("text", [None, "", "{}", "[]", '{"checks": 3}'])
def test_without_a_valid_report_the_suite_failed(tmp_path: Path, text: str | None) -> None:
    """A missing or malformed report fails, with the process's exit code and last line."""
    if text is not None:
        (tmp_path / "suite.json").write_text(text)
    assert failures(tmp_path / "suite.json", 2) == [f"{RAN}: no valid report, exit code 2: last line"]


def test_the_expectation_names_its_fields() -> None:
    """Each field is passed by its name, so that the suite compares it with that field only."""
    words = Expectation("local-1", "sha256:a", "sha256:b").options()
    assert words == [
        "--expect",
        "release=local-1",
        "--expect",
        "image=sha256:a",
        "--expect",
        "model=sha256:b",
    ]


def test_the_failure_counts_the_failed_checks() -> None:
    """The summary has the number of failed checks and the first of them."""
    passed, failed = Check(name="a", passed=True, detail=""), Check(name="b", passed=False, detail="why")
    assert SuiteReport((passed, failed)).failure == "1 of 2 checks failed, first: b: why"
    assert SuiteReport((passed,)).failure == ""


@pytest.mark.parametrize(("photos", "seconds"), [(1, 120), (120, 120), (3000, 3000)])
def test_a_large_golden_set_has_more_time(photos: int, seconds: int) -> None:
    """The suite sends every photo, so its time limit grows with their number."""
    assert suite_seconds(photos) == seconds

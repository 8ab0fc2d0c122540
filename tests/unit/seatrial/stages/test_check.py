"""The JUnit report of the image tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.errors import OutsideError
from seatrial.stages.check import read_report


def report(folder: Path, *cases: str) -> Path:
    """Write a JUnit report with these test cases."""
    rows = "".join(f'<testcase name="t{number}">{inner}</testcase>' for number, inner in enumerate(cases))
    (folder / "check.xml").write_text(f"<testsuites><testsuite>{rows}</testsuite></testsuites>")
    return folder / "check.xml"


def test_passed_tests_are_counted(tmp_path: Path) -> None:
    """A test case without a child element has passed."""
    summary = read_report(report(tmp_path, "", ""))
    assert (summary.passed, summary.names) == (2, ("t0", "t1"))


@pytest.mark.parametrize("inner", ["<failure/>", "<error/>", "<skipped/>"])
def test_other_tests_are_named(tmp_path: Path, inner: str) -> None:
    """A failed, erroneous or skipped test did not pass."""
    summary = read_report(report(tmp_path, "", inner))
    assert (summary.names, summary.others) == (("t0",), ("t1",))


@pytest.mark.parametrize("text", [None, "", "<testsuites>"])
def test_an_unreadable_report_is_an_error(tmp_path: Path, text: str | None) -> None:
    """A missing, empty or truncated report ends in an error."""
    if text is not None:
        (tmp_path / "check.xml").write_text(text)
    with pytest.raises(OutsideError, match="no report"):
        read_report(tmp_path / "check.xml", "the end of the log")

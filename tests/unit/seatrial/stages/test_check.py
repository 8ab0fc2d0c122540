"""What the image's tests must have said before it may leave."""

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


def test_all_passed(tmp_path: Path) -> None:
    """Passed tests are counted."""
    assert read_report(report(tmp_path, "", "")).passed == 2


@pytest.mark.parametrize("inner", ["<failure/>", "<error/>", "<skipped/>"])
def test_failed_broken_and_skipped_are_named(tmp_path: Path, inner: str) -> None:
    """A test that failed, broke or was skipped did not pass."""
    tally = read_report(report(tmp_path, "", inner))
    assert (tally.passed, tally.others) == (1, ("t1",))


@pytest.mark.parametrize("text", [None, "", "<testsuites>"])
def test_no_report_is_no_pass(tmp_path: Path, text: str | None) -> None:
    """A test run that left nothing to read proves nothing."""
    if text is not None:
        (tmp_path / "check.xml").write_text(text)
    with pytest.raises(OutsideError, match="no report"):
        read_report(tmp_path / "check.xml", "the end of the log")

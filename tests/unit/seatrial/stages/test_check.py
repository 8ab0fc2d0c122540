"""The JUnit report of the image tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from network_sets import write_golden
from seatrial.errors import OutsideError
from seatrial.stages.check import check_seconds, read_report


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


@pytest.mark.parametrize(("photos", "seconds"), [(1, 300), (200, 400)])
def test_a_large_golden_set_has_more_time(tmp_path: Path, photos: int, seconds: int) -> None:
    """The tests send every photo, so their time limit grows with the number of photos."""
    write_golden(tmp_path / "golden", photos + 1, "RGB", range(photos))
    assert check_seconds(tmp_path / "golden") == seconds


def test_an_invalid_golden_set_has_the_usual_time(tmp_path: Path) -> None:
    """The tests of the image name what is wrong with it."""
    assert check_seconds(tmp_path / "missing") == 300

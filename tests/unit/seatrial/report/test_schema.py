"""The schema of report.json, and its description in the documentation."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from seatrial.analysis.timeline import Sample
from seatrial.report.schema import AcceptanceReport, CheckStatus

PAGE = (Path(__file__).parents[4] / "docs" / "reference" / "report.md").read_text()


def _documented_keys(section: str) -> list[str]:
    """Return the keys in the first column of a section's table."""
    text = PAGE.partition(f"## {section}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`.+?) \|", text, re.MULTILINE)
    return re.findall(r"`(\w+)`", " ".join(rows))


def test_the_documented_schema_version_is_the_written_one() -> None:
    """A reader of report.json can rely on the number."""
    version = AcceptanceReport.model_fields["schema_version"].default
    assert f"`schema_version` is {version}." in PAGE


def test_the_keys_of_a_check_are_documented() -> None:
    """The table of the page has each key in order."""
    assert _documented_keys("Checks") == list(CheckStatus.model_fields)


def test_the_keys_of_a_timeline_are_documented() -> None:
    """The table of the page has each key in order."""
    assert _documented_keys("Timelines") == [field.name for field in fields(Sample)]

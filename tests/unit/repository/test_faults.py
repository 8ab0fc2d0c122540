"""The table of faults for readers is the table that is tested."""

from __future__ import annotations

import re
from pathlib import Path

from e2e.release.faults import FAULTS

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "faults.md"
ROW = re.compile(r"^\| ([^|]+) \| (\d+) \| ([a-z ]+|switched-back) \| [^|]+ \|$", re.MULTILINE)


def test_the_page_tells_every_fault_and_its_end() -> None:
    """Each fault that is tested stands on the page with its exit code and its end, and no other."""
    told = {name: (int(code), end) for name, code, end in ROW.findall(PAGE.read_text())}
    assert told == {each.name: (each.code, each.left or "not recorded") for each in FAULTS}

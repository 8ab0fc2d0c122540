"""The table of faults in the documentation agrees with the one under test."""

from __future__ import annotations

import re
from pathlib import Path

from e2e.release.faults import FAULTS

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "faults.md"
ROW = re.compile(r"^\| ([^|]+) \| (\d+) \| ([a-z ]+|switched-back) \| [^|]+ \|$", re.MULTILINE)


def test_the_page_lists_every_fault_with_its_exit_code_and_state() -> None:
    """The page lists exactly the faults under test, each with its exit code and final state."""
    documented = {name: (int(code), state) for name, code, state in ROW.findall(PAGE.read_text())}
    assert documented == {each.name: (each.code, each.state or "not recorded") for each in FAULTS}

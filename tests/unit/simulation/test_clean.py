"""The schedules of the unit suite: no invariant is violated by the code as it is."""

from __future__ import annotations

import pytest

from simulation.__main__ import run_batch

SCHEDULES, PART = 3000, 100
# Measured by coverage: more of them reach no other line of `src`, and take twice as long with it.
MEASURED = 300
PARTS = [
    pytest.param(first, marks=[pytest.mark.no_cover] if first > MEASURED else [])
    for first in range(1, SCHEDULES, PART)
]


@pytest.mark.parametrize("first", PARTS)
def test_no_schedule_violates_an_invariant(first: int) -> None:
    """`N schedules, M violations`: M is 0. `make simulate` runs more, with the story of each violation."""
    reports = run_batch(range(first, first + PART), "")
    found = [f"seed {each.seed}: {violation}" for each in reports for violation in each.violations]
    assert (len(reports), found) == (PART, [])

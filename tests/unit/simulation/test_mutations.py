"""Tests that the simulation finds faults, and nothing in the code as it is."""

from __future__ import annotations

import pytest

from simulation.mutations import MUTATIONS, mutated, schedules_until
from simulation.schedule import run_seed

LIMIT = 2000


@pytest.mark.parametrize("fault", MUTATIONS, ids=[each.what for each in MUTATIONS.values()])
def test_a_fault_that_is_put_into_the_code_is_found(fault: str) -> None:
    """Each fault is found, and named, within 2,000 schedules."""
    assert 0 < schedules_until(fault, LIMIT) <= LIMIT


def test_a_mutation_ends_with_its_block() -> None:
    """After the block the code is as before."""
    before = run_seed(1, MUTATIONS["3"].options, telling=True)
    with mutated("1"):
        pass
    assert run_seed(1, MUTATIONS["3"].options, telling=True) == before

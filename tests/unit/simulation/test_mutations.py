"""Tests that the simulation finds faults that are put into the code."""

from __future__ import annotations

import pytest

from simulation.mutations import MUTATIONS, mutated, seed_that_finds
from simulation.schedule import run_seed
from simulation.world import Options

LIMIT = 2000
# The recorded seed moves when the code or the schedules change: begin a little before it.
BEFORE = 3


@pytest.mark.parametrize("name", MUTATIONS, ids=[each.what for each in MUTATIONS.values()])
def test_a_fault_that_is_put_into_the_code_is_found(name: str) -> None:
    """Each fault violates the invariant that forbids it, within 2,000 schedules.

    The search begins at the seed that is recorded in MUTATIONS, where it usually ends.
    """
    assert seed_that_finds(name, LIMIT, max(1, MUTATIONS[name].seed - BEFORE))


@pytest.mark.parametrize("name", MUTATIONS, ids=[each.what for each in MUTATIONS.values()])
def test_the_recorded_seeds_are_the_first_ones(name: str) -> None:
    """A fault is found within the first 2,000 schedules."""
    assert 0 < MUTATIONS[name].seed <= LIMIT


def test_a_mutation_ends_with_its_block() -> None:
    """After the block the code is as before."""
    before = run_seed(1, Options(), telling=True)
    with mutated("1"):
        pass
    assert run_seed(1, Options(), telling=True) == before

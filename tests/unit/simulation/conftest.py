"""Fixtures of the simulation."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulation.shortcuts import shortcuts


@pytest.fixture(autouse=True)
def quick() -> Iterator[None]:
    """The replacements of what costs time and decides nothing."""
    with shortcuts():
        yield

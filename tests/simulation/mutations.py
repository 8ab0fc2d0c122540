"""Faults that are put into the code to show that the simulation finds them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

from simulation.world import Options


@dataclass(frozen=True)
class Mutation:
    """A fault: how machines behave with it, and a context in which the code has it."""

    options: Options
    install: Callable[[], AbstractContextManager[object]] = nullcontext


REAL = Options()
MUTATIONS: Mapping[str, Mutation] = {}


@contextmanager
def mutated(name: str) -> Iterator[Options]:
    """Put a fault into the code while the block runs (empty: none); return how machines behave."""
    mutation = MUTATIONS[name] if name else Mutation(REAL)
    with mutation.install():
        yield mutation.options

"""A mutation of the code: a fault that the simulation must find."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulation.world import Options, Violation

REAL = Options()


@dataclass(frozen=True)
class Mutation:
    """A fault: what replaces which name of the code, and how machines and clients behave with it.

    It is found if one of the `invariants` is violated. `seed` is the first schedule that finds it.
    """

    what: str
    invariants: tuple[str, ...]
    replaced: Mapping[str, Any] = field(default_factory=dict)
    options: Options = REAL
    seed: int = 1

    def found_by(self, violation: Violation) -> bool:
        """Return whether a violation shows this fault."""
        return violation.invariant in self.invariants

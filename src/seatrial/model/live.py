"""The live model that a new one is compared with, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.results import Artefact


@dataclass(frozen=True)
class LiveModel:
    """The live model (None: none is known), and the environments whose records could not be read."""

    model: Artefact | None
    unread: tuple[str, ...] = ()


@dataclass(frozen=True)
class NoLiveModel:
    """Why there is nothing to compare a model with; `expected` is whether there should be something."""

    why: str
    expected: bool = False

"""The live models that a new one is compared with, or why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from seatrial.results import Artefact

LIVE: Final = "the live model"
BASE: Final = "the base commit"
"""Where a model is that the next release of the base branch ships: in that commit's `model.lock`."""


@dataclass(frozen=True)
class LiveModel:
    """A live model, and where it is: BASE, and environments that have accepted it."""

    model: Artefact
    where: tuple[str, ...]


@dataclass(frozen=True)
class LiveModels:
    """The live models, each once, and where one should be known but could not be read, with the reason."""

    known: tuple[LiveModel, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NoLiveModel:
    """Why there is nothing to compare a model with; `expected` is whether there should be something."""

    why: str
    expected: bool = False


LiveDirectories = Mapping[str, Path | NoLiveModel]
"""What a model is compared with, by its title: the directory of a live model, or why there is none."""


def title_of(where: Iterable[str]) -> str:
    """Return the title of a live model, as in `the live model of staging and production`."""
    return f"{LIVE} of {' and '.join(where)}"

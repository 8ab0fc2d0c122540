"""The decision about each removable item: keep or remove, with the reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from seatrial.retention.references import References, Removable

T = TypeVar("T", bound=Removable)


@dataclass(frozen=True)
class Decision(Generic[T]):
    """An item, whether it is to be removed, and why or why not."""

    item: T
    remove: bool
    why: str


def decide(items: Iterable[T], keep: int, references: References) -> list[Decision[T]]:
    """Return the decision about each item, newest first.

    Kept are the newest `keep`, every item that something refers to, and the newest with the locked model.
    """
    ordered = sorted(items, key=lambda item: (item.time, item.name), reverse=True)
    locked = next((item for item in ordered if references.model and item.model == references.model), None)
    decisions = []
    for place, item in enumerate(ordered):
        reason = item.used_by or (f"one of the newest {keep}" if place < keep else "")
        reason = reason or ("the newest with the locked model" if item is locked else "")
        decisions.append(Decision(item, not reason, reason or "nothing refers to it"))
    return decisions

"""Which of an environment's releases is stable, what a rollback is about, and what undoing leads to."""

from __future__ import annotations

from collections.abc import Sequence

from seatrial.release.record import OPEN, Record


def stable_of(found: Sequence[Record]) -> Record | None:
    """Return the last accepted release of the records `found`, oldest first."""
    stable = [record for record in found if record.state == "stable"]
    left = [r for r in stable if not any(each.returned_from == r.release for each in stable)]
    return left[-1] if left else None


def unfinished_of(found: Sequence[Record]) -> list[Record]:
    """Return the releases that were begun and not ended, newest first."""
    return [record for record in reversed(found) if record.state in OPEN]


def pending_of(found: Sequence[Record]) -> Record | None:
    """Return the newest pending release, unless the stable one has replaced it."""
    stable = stable_of(found)
    pending = (record for record in unfinished_of(found) if record.state == "pending")
    return next((each for each in pending if not stable or each.number > stable.number), None)


def newest_of(found: Sequence[Record]) -> Record | None:
    """Return the release that a rollback is about.

    It is the one that an unfinished rollback replaces, else the newest unfinished one (unless the stable one
    has replaced it), else the one from which a rollback has returned to the stable one, else the stable one.
    """
    named = {record.release: record for record in found}
    for record in found:
        if record.state == "returning":
            return named.get(record.replaces)
    stable, unfinished = stable_of(found), unfinished_of(found)
    if unfinished and (not stable or unfinished[0].number > stable.number):
        return unfinished[0]
    return named.get(stable.returned_from, stable) if stable else None


def base_of(found: Sequence[Record], record: Record) -> Record | None:
    """Return the release that undoing `record` leads to: its fallback while pending, else the stable one."""
    named = {each.release: each for each in found}
    fallback = named.get(record.fallback)
    return fallback if fallback and fallback.state == "pending" else stable_of(found)


def previous_of(found: Sequence[Record], stable: Record) -> Record | None:
    """Return the release that a rollback from the stable one returns to, if it is still recorded.

    A release with a fallback has the slot of the one that was stable before it, and that one could not be
    started: the rollback returns to the one before.
    """
    named = {record.release: record for record in found}
    previous = named.get(stable.previous)
    if stable.fallback and previous and previous.slot == stable.slot:
        return named.get(previous.previous, previous)
    return previous

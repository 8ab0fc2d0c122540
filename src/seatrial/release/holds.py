"""The hold that a rollback puts on what it took back: it is not released again until `resume`."""

from __future__ import annotations

from seatrial.errors import RefusedError
from seatrial.image.inspection import ImageFacts
from seatrial.release.record import Record
from seatrial.release.target import Target


def require_no_hold(target: Target, facts: ImageFacts) -> None:
    """Raise RefusedError if a release of this image, or of its commit with its model, is on hold."""
    known = target.records.all()
    for record in reversed(known):
        if record.hold and _same(record, facts) and not _proved(known, facts):
            raise RefusedError(
                f"{facts.reference.digest[:19]}… is on hold: {describe(record)}",
                f"make resume ENV={target.name} lifts the hold; or release another commit or model",
            )


def describe(record: Record) -> str:
    """Return who rolled a release back, when and why; an empty string if it is not on hold."""
    hold = record.hold
    if not hold:
        return ""
    return f"{record.release} was rolled back by {hold.by} at {hold.at:%Y-%m-%d %H:%M:%S} UTC, {hold.why}"


def _proved(known: list[Record], facts: ImageFacts) -> bool:
    """Return whether exactly this image was accepted and is not on hold itself: it was built before."""
    same = [record for record in known if record.reference.digest == facts.reference.digest]
    accepted = any(record.state in ("stable", "superseded") for record in same)
    return accepted and not any(record.hold for record in same)


def _same(record: Record, facts: ImageFacts) -> bool:
    if record.reference.digest == facts.reference.digest:
        return True
    # Built again: the same working state (the files of the commit) with the same model.
    return (record.working_state, record.model.digest) == (facts.working_state, facts.model.digest)

"""A release's course, said in words."""

from __future__ import annotations

from datetime import datetime

from seatrial.errors import RollbackFailedError, SeatrialError
from seatrial.release.record import OPEN, Change, Record, State
from seatrial.report.schema import Headline, Moment

MOMENTS: dict[State, str] = {
    "candidate": "candidate started",
    "previewed": "preview passed",
    "pending": "switched to it",
    "stable": "accepted",
    "returning": "coming back",
    "superseded": "replaced",
    "refused": "refused",
    "switched-back": "switched back",
    "rolled-back": "rolled back",
}
# What a release's own report ends with; what becomes of it later is in the history.
ENDS: tuple[State, ...] = ("stable", "refused", "switched-back")


def course(record: Record) -> tuple[Change, ...]:
    """Return a release's moments up to its verdict."""
    for number, change in enumerate(record.history, 1):
        if change.state in ENDS:
            return record.history[:number]
    return record.history


def moments(record: Record) -> tuple[Moment, ...]:
    """Return the same in words."""
    return tuple(
        Moment(state=each.state, words=MOMENTS[each.state], at=each.at, by=each.by, detail=each.detail)
        for each in course(record)
    )


def headline(record: Record, error: SeatrialError | None = None) -> Headline:
    """Return the verdict on a release, in words for whoever reads nothing else."""
    last, stays = course(record)[-1], _stays(record)
    if isinstance(error, RollbackFailedError):
        return Headline(tone="bad", text="Rollback failed: somebody must act now", why=error.message)
    if last.state == "stable":
        return Headline(
            tone="good", text="Accepted", why=f"It is the stable release since {_clock(last.at)}."
        )
    if last.state == "refused":
        return Headline(tone="bad", text="Refused before any user saw it", why=_because(last, stays))
    if last.state == "switched-back":
        text = f"Switched back after {_seconds(record, last):.0f} s"
        return Headline(tone="bad", text=text, why=_because(last, stays))
    if last.state in OPEN and last.state != "pending":
        why = error.message if error else "Its deployer is still at work, or died: the next command ends it."
        return Headline(tone="open", text=f"Not ended: {MOMENTS[last.state]}", why=why)
    why = f"Users reach it since {_clock(last.at)}; `make accept ENV={record.environment}` gives the verdict."
    return Headline(tone="open", text="Pending: switched, its verdict is not yet given", why=why)


def _stays(record: Record) -> str:
    return f"{record.previous} serves, as before." if record.previous else "Nothing was released before it."


def _because(last: Change, stays: str) -> str:
    why = last.detail.rstrip(".") or "no reason was recorded"
    return f"{why[:1].upper()}{why[1:]}. {stays}"


def _seconds(record: Record, last: Change) -> float:
    switched = next((each.at for each in record.history if each.state == "pending"), last.at)
    return (last.at - switched).total_seconds()


def _clock(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"

"""The headline and the state changes of a release, as text."""

from __future__ import annotations

from datetime import datetime

from seatrial.errors import RollbackFailedError, SeatrialError
from seatrial.release.record import OPEN, Change, Record, State
from seatrial.report.schema import Headline, StateChange

# The label of each state in the report.
LABELS: dict[State, str] = {
    "candidate": "candidate started",
    "previewed": "preview passed",
    "pending": "switched",
    "stable": "accepted",
    "returning": "rollback to it started",
    "superseded": "superseded",
    "refused": "refused",
    "switched-back": "switched back",
    "rolled-back": "rolled back",
}
# The report covers a release up to here; `make history` shows what happens later.
ENDS: tuple[State, ...] = ("stable", "refused", "switched-back")


def reported_changes(record: Record) -> tuple[Change, ...]:
    """Return the state changes of a release up to its acceptance or refusal."""
    for number, change in enumerate(record.history, 1):
        if change.state in ENDS:
            return record.history[:number]
    return record.history


def state_changes(record: Record) -> tuple[StateChange, ...]:
    """Return those state changes with their labels."""
    return tuple(
        StateChange(state=each.state, words=LABELS[each.state], at=each.at, by=each.by, detail=each.detail)
        for each in reported_changes(record)
    )


def headline(record: Record, error: SeatrialError | None = None) -> Headline:
    """Return the result of a release in one line; `error` is what the command raised."""
    if isinstance(error, RollbackFailedError):
        return Headline(tone="bad", text="Rollback failed: act now", why=error.message)
    last = reported_changes(record)[-1]
    if last.state in ENDS:
        return _ended(record, last)
    if last.state in OPEN and last.state != "pending":
        why = "The deployer still runs or ended early; the next command finishes or undoes the release."
        text = f"Not finished: {LABELS[last.state]}"
        return Headline(tone="open", text=text, why=error.message if error else why)
    why = f"It has served users since {_clock(last.at)}; `make accept ENV={record.environment}` decides."
    return Headline(tone="open", text="Pending: switched, not accepted yet", why=why)


def _ended(record: Record, last: Change) -> Headline:
    if last.state == "stable":
        return Headline(tone="good", text="Accepted", why=f"Stable since {_clock(last.at)}.")
    text = "Refused before any user reached it"
    if last.state == "switched-back":
        text = f"Switched back after {_seconds(record, last):.0f} s"
    return Headline(tone="bad", text=text, why=_reason(record, last))


def _reason(record: Record, last: Change) -> str:
    why = last.detail.rstrip(".") or "no reason was recorded"
    now = f"{record.undone_to} still serves." if record.undone_to else "There is no earlier release."
    return f"{why[:1].upper()}{why[1:]}. {now}"


def _seconds(record: Record, last: Change) -> float:
    switched = next((each.at for each in record.history if each.state == "pending"), last.at)
    return (last.at - switched).total_seconds()


def _clock(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"

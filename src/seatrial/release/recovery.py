"""Finish what an interrupted deployer left, and make slots and records agree."""

from __future__ import annotations

from contextlib import suppress

from seatrial import console
from seatrial.errors import HeldError, OutsideError, RollbackFailedError, SeatrialError
from seatrial.kube.labels import SLOTS, Slot
from seatrial.release.full_size import grow, roll_out
from seatrial.release.record import RETURNED_FROM, Record, State
from seatrial.release.reporting import Reporting
from seatrial.release.target import Target
from seatrial.release.undo import FINAL_STATES, restore, return_to, undo
from seatrial.results import Check


def finish_interrupted(target: Target) -> list[Record]:
    """Finish every interrupted rollback and undo every other unfinished release; return their records.

    The caller holds the Lease, so their deployers have ended or stopped. A rollback whose release cannot be
    restored is given up if the release that it was to replace still serves. At most one release is stable
    afterwards. Raises RollbackFailedError if undoing fails.
    """
    finished = _finish_all(target, _returning_first(target.records.unfinished()))
    supersede_others(target)
    return finished


def undo_later(target: Target, pending: Record) -> None:
    """Undo what a deployer that was interrupted had begun over a pending release, which keeps its users."""
    _finish_all(target, [each for each in target.records.unfinished() if each.number > pending.number])


def _finish_all(target: Target, unfinished: list[Record]) -> list[Record]:
    finished = []
    for record in unfinished:
        step = f"finish {record.release}, left {record.state} by an interrupted deployer"
        with Reporting(target) as report, console.step(step, target.services.runtime):
            report.of(record)
            finished.append(_finish(target, record))
    return finished


def supersede_others(target: Target) -> Record | None:
    """Leave one release stable, if a process ended between two writes; return its record."""
    stable = target.records.stable()
    if stable:
        _move_others(target, stable, "superseded", f"by {stable.release}")
    return stable


def complete_return(target: Target, record: Record) -> Record:
    """Complete a rollback to `record`, which is `returning`; return its record, which is stable then.

    Idempotent: it may be repeated after an interruption at any point. If the release cannot be restored
    and users are not on it, the rollback is given up: they stay on the release to replace, and the record is
    superseded again. Raises RollbackFailedError then, or if users are on the release but it is not whole (the
    record stays `returning`); HeldError if the Lease was lost.
    """
    try:
        _restore(target, record)
        return _make_stable(target, record)
    except HeldError:
        raise
    except SeatrialError as error:
        # A deadline may have passed while this process was suspended.
        target.confirm_lease()
        serving = _give_up_return(target, record, error.message)
        what = f"{record.release} cannot be restored: {error.message}; {serving}"
        raise RollbackFailedError(what, error.hint, error.log) from error


def tidy(target: Target) -> None:
    """Remove what ended releases left, once none is unfinished: preview, other slot, older stable records.

    Without a stable record the slot that the live Service selects is kept: the record may have been deleted
    by hand.
    """
    slots, stable = target.slots, supersede_others(target)
    live = slots.live()
    if live and not stable and _is_given_up(target, live.release):
        # A first deployer that lost the Lease may have created the live Service late.
        slots.switch(())
    serving = live.slot if live else None
    _clear_all_but(target, stable.slot if stable else serving)


def accept(target: Target, record: Record, checks: tuple[Check, ...]) -> None:
    """Make a pending release stable, whatever other records state, and remove what it replaced."""
    target.records.move(record, "stable", verdicts=checks)
    _move_others(target, record, "superseded", f"by {record.release}")
    _clear_all_but(target, record.slot)
    for each in target.records.unfinished():
        # Those that kept their users when this one was begun.
        if each.state == "pending":
            target.records.move(each, "switched-back", f"replaced by {record.release}")


def finish_recorded_return(target: Target) -> Record | None:
    """Finish a rollback of an older version that was interrupted between its two records.

    Returns the record of the replaced release, or None if there is no such rollback.
    """
    stable = target.records.stable()
    for left in _stable_besides(target, stable) if stable else []:
        if stable and stable.returned_from == left.release:
            left = target.records.move(left, "rolled-back", f"to {stable.release}")
            tidy(target)
            return left
    return None


def _clear_all_but(target: Target, kept: Slot | None) -> None:
    target.slots.close_preview()
    for slot in SLOTS:
        if slot != kept:
            target.slots.clear(slot)


def _returning_first(unfinished: list[Record]) -> list[Record]:
    return sorted(unfinished, key=lambda record: record.state != "returning")


def _finish(target: Target, record: Record) -> Record:
    if record.state != "returning":
        return undo(target, record, "the deployer was interrupted")
    try:
        return complete_return(target, record)
    except RollbackFailedError as error:
        console.line(f"  warning: {error.message}")
        left, live = target.records.find(record.release), target.slots.live()
        if left and left.state == "returning" and live and live.release == left.release:
            # Nobody repeats the rollback here: another release must be able to replace this one.
            return _make_stable(target, left)
        if not left or left.state == "returning":
            raise
        return left


def _restore(target: Target, record: Record) -> None:
    slots = target.slots
    if slots.release_in(record.slot) != record.release:
        # What an interrupted process or a manual change left must not mix with the returning release.
        slots.clear(record.slot)
        slots.wait_until_terminating(record.slot, target.lease.check)
    live = slots.live()
    if not live or live.release != record.release:
        manifests, check = target.records.manifests(record), target.lease.check
        # Also if replicas are available: an interrupted rollback may have started too few.
        roll_out(target, record.slot, manifests, check)
        grow(target, record.slot, manifests, check)
    return_to(target, record)


def _make_stable(target: Target, record: Record) -> Record:
    records, replaced = target.records, record.replaces
    # In this order one record at most is stable, and the last write completes the rollback: wherever it is
    # interrupted, a repeated rollback continues with it.
    _move_others(target, record, "rolled-back", f"to {record.release}")
    _clear_all_but(target, record.slot)
    return records.move(record, "stable", f"{RETURNED_FROM}{replaced}")


def _give_up_return(target: Target, record: Record, why: str) -> str:
    """Give up a failed return unless users are on the release already; return what serves, as text."""
    with suppress(OutsideError):
        live, replaced = target.slots.live(), _stable_besides(target, record)
        if live and live.release == record.release:
            return f"users are on {record.release}"
        if replaced:
            restore(target, replaced[-1])
            target.slots.clear(record.slot)
            target.records.move(record, "superseded", f"could not be restored: {why}")
            return f"{replaced[-1].release} still serves"
    return "the rollback is not complete"


def _is_given_up(target: Target, release: str) -> bool:
    record = target.records.find(release)
    return record is not None and record.state in FINAL_STATES.values()


def _move_others(target: Target, record: Record, state: State, detail: str) -> None:
    """Move every other stable record to a state."""
    for each in _stable_besides(target, record):
        target.records.move(each, state, detail)


def _stable_besides(target: Target, record: Record) -> list[Record]:
    found = target.records.all()
    return [each for each in found if each.state == "stable" and each.release != record.release]

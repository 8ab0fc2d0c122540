"""Remove a release, whatever state it is in, and send its users to the one before it."""

from __future__ import annotations

from collections.abc import Callable

from seatrial.errors import HeldError, OutsideError, RefusedError, RollbackFailedError, SeatrialError
from seatrial.kube.labels import LIVE
from seatrial.kube.protocol import CONFLICT, ClusterError
from seatrial.kube.slots import LiveRelease
from seatrial.release.full_size import roll_out
from seatrial.release.record import Record, State
from seatrial.release.target import Target
from seatrial.results import Check

FINAL_STATES: dict[State, State] = {
    "candidate": "refused",
    "previewed": "refused",
    "pending": "switched-back",
}


class CannotStartError(RollbackFailedError):
    """The rollback failed because the release to return to cannot be started."""


def undo(target: Target, record: Record, why: str, checks: tuple[Check, ...] = ()) -> Record:
    """Send all users to the stable release and remove this one; return its record in its final state.

    `record` is a candidate, previewed or pending. Of a release with a fallback the users return to that;
    users of another pending release stay there. Idempotent: it may be repeated after an interruption at any
    point. Raises HeldError if the Lease was lost, since the new holder undoes it then;
    CannotStartError if the release to return to cannot be started, RollbackFailedError if another step fails.
    """
    target.lease.check()
    try:
        return _undo(target, record, why, checks)
    except HeldError:
        raise
    except SeatrialError as error:
        # A deadline may have passed while this process was suspended.
        target.confirm_lease()
        what = f"{record.release} could not be undone: {error.message} (undone because: {why})"
        again = f"make rollback ENV={target.name}"
        if not _cannot_start(error):
            raise RollbackFailedError(what, f"fix that now, then {again}", error.log) from error
        hint = f"fix that now, then {again}; or release what works, which takes the slot: make deploy"
        raise CannotStartError(what, hint, error.log) from error


def _undo(target: Target, record: Record, why: str, checks: tuple[Check, ...]) -> Record:
    slots, records = target.slots, target.records
    live = slots.live()
    base = _base(target, record, live)
    has_users = live is not None and live.release == record.release
    if base and has_users:
        return_to(target, base)
    elif base:
        # Users are not on this release, so its removal need not wait for the other one to be available.
        restore(target, base)
    elif has_users or not live:
        slots.switch(())
    # The users have been switched now; pods may take longer to end.
    switched_at = target.services.runtime.now()
    try:
        slots.close_preview()
        # Without a stable record the slot can be that of a live release whose record was deleted by hand.
        serving = base.slot if base else live and not has_users and live.slot
        if serving != record.slot:
            slots.clear(record.slot)
            # Another deployer that has acquired the Lease may have filled the slot again.
            slots.wait_until_terminating(record.slot, target.lease.check)
    except OutsideError as error:
        users = f"users are back on {base.release}" if base else "no user is sent to it"
        raise OutsideError(f"{users}, but {error.message}", error.hint) from error
    return records.move(record, FINAL_STATES[record.state], why, checks, at=switched_at)


def _base(target: Target, record: Record, live: LiveRelease | None) -> Record | None:
    """Return the release that users are on afterwards, or None: no release is stable."""
    other = target.records.find(live.release) if live and live.release != record.release else None
    # The stable release may not run: users stay on a pending one until that is undone.
    return other if other and other.state == "pending" else target.records.base(record)


def _cannot_start(error: SeatrialError) -> bool:
    """Return whether a rollout failed, or the cluster rejects the objects, as opposed to no response."""
    rejected = isinstance(error, ClusterError) and error.status != CONFLICT
    return rejected or isinstance(error, RefusedError)


def return_to(target: Target, stable: Record, check: Callable[[], None] | None = None) -> None:
    """Send all users to a recorded release and restore its recorded objects.

    If the release has available replicas, users are switched first; else its slot is filled and rolled out
    before the switch. `check` (by default, that the Lease is held) is called during the waits.
    """
    check = check or target.lease.check
    if not target.slots.available(stable.slot, stable.release):
        roll_out(target, stable.slot, target.records.manifests(stable), check)
    restore(target, stable)
    target.url(LIVE, check)


def restore(target: Target, stable: Record) -> None:
    """Send all users to a recorded release and revert manual changes of its objects, without waiting."""
    manifests = target.records.manifests(stable)
    target.slots.switch(manifests.shared)
    target.slots.refill(stable.slot, manifests.slot)

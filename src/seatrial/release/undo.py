"""Back to stable: the same few steps, wherever a release was left."""

from __future__ import annotations

from datetime import UTC, datetime

from seatrial import console
from seatrial.errors import OutsideError, RollbackFailedError, SeatrialError
from seatrial.kube.labels import LIVE
from seatrial.kube.rollout import wait_for_rollout
from seatrial.release.record import Record, State
from seatrial.release.target import Target
from seatrial.report.writer import Reporting
from seatrial.results import Check

ENDS: dict[State, State] = {
    "candidate": "refused",
    "previewed": "refused",
    "pending": "switched-back",
    "returning": "superseded",
}


def undo(target: Target, record: Record, why: str, verdicts: tuple[Check, ...] = ()) -> Record:
    """Bring every user back to the stable release and remove this one, whatever it had come to.

    It may be called again after it was interrupted anywhere. Returns the record in its last state.
    Raises HeldError when the environment was lost to somebody else, whose work this is then;
    RollbackFailedError when the cluster does not let it be done.
    """
    target.lease.check()
    try:
        return _undo(target, record, why, verdicts)
    except SeatrialError as error:
        raise RollbackFailedError(
            f"{record.release} could not be undone: {error.message} (it was undone because: {why})",
            f"act now: mend that, then make rollback ENV={target.name}",
            error.log,
        ) from error


def undo_abandoned_releases(target: Target) -> None:
    """Undo what runners left that died: whoever holds the Lease may be sure that they are gone."""
    for record in target.records.unfinished():
        what = f"undo {record.release}, which its runner left {record.state}"
        with Reporting(target) as report, console.step(what):
            report.of(record)
            undo(target, record, "its runner died")


def _undo(target: Target, record: Record, why: str, verdicts: tuple[Check, ...]) -> Record:
    slots, records = target.slots, target.records
    stable = records.stable()
    if stable:
        return_to(target, stable)
    else:
        slots.switch(())
    # Users are back from here on, however long its pods take to drain.
    back = datetime.now(UTC)
    try:
        slots.close_preview()
        if not stable or stable.slot != record.slot:
            slots.clear(record.slot)
            slots.wait_until_gone(record.slot)
    except OutsideError as error:
        users = f"users are back on {stable.release}" if stable else "no user is sent to it"
        raise OutsideError(f"{users}, but {error.message}", error.hint) from error
    switched = record.state == "pending" or _was_live(record)
    end: State = "switched-back" if switched else ENDS[record.state]
    return records.move(record, end, why, verdicts, at=back)


def return_to(target: Target, stable: Record) -> None:
    """Send every user to a recorded release, and bring its objects back to what was recorded.

    Users are sent first where anything of it answers; else its slot is filled first, and waited for.
    """
    slots, manifests = target.slots, target.records.manifests(stable)
    answers = slots.available(stable.slot, stable.release)
    if not answers:
        slots.refill(stable.slot, manifests.slot)
        wait_for_rollout(
            target.cluster, target.environment.namespace, stable.slot, target.environment.rollout_seconds
        )
    slots.switch(manifests.shared)
    if answers:
        # A hand may have changed or paused it meanwhile. Not waited for: it answers already.
        slots.refill(stable.slot, manifests.slot)
    slots.address(LIVE, target.environment.address_seconds)


def _was_live(record: Record) -> bool:
    return any(change.state == "pending" for change in record.history)

"""Return to the stable release and remove another one, whatever state it is in."""

from __future__ import annotations

from collections.abc import Callable

from seatrial import console
from seatrial.errors import OutsideError, RollbackFailedError, SeatrialError
from seatrial.kube.labels import LIVE
from seatrial.kube.rollout import wait_for_rollout
from seatrial.release.record import Record, State
from seatrial.release.reporting import Reporting
from seatrial.release.target import Target
from seatrial.results import Check

FINAL_STATES: dict[State, State] = {
    "candidate": "refused",
    "previewed": "refused",
    "pending": "switched-back",
    "returning": "superseded",
}


def undo(target: Target, record: Record, why: str, checks: tuple[Check, ...] = ()) -> Record:
    """Send all users to the stable release and remove this one; return its record in its final state.

    Idempotent: it may be repeated after an interruption at any point. Raises HeldError if the Lease was
    lost, since the new holder undoes it then; RollbackFailedError if the cluster rejects a step.
    """
    target.lease.check()
    try:
        return _undo(target, record, why, checks)
    except SeatrialError as error:
        raise RollbackFailedError(
            f"{record.release} could not be undone: {error.message} (undone because: {why})",
            f"fix that now, then make rollback ENV={target.name}",
            error.log,
        ) from error


def undo_abandoned_releases(target: Target) -> None:
    """Undo every unfinished release; the caller holds the Lease, so their deployers have ended."""
    for record in target.records.unfinished():
        step = f"undo {record.release}, left {record.state} by an interrupted deployer"
        with Reporting(target) as report, console.step(step, target.services.runtime):
            report.of(record)
            undo(target, record, "the deployer was interrupted")


def _undo(target: Target, record: Record, why: str, checks: tuple[Check, ...]) -> Record:
    slots, records = target.slots, target.records
    stable = records.stable()
    if stable:
        return_to(target, stable)
    else:
        slots.switch(())
    # The users have been switched now; pods may take longer to end.
    switched_at = target.services.runtime.now()
    try:
        slots.close_preview()
        if not stable or stable.slot != record.slot:
            slots.clear(record.slot)
            slots.wait_until_gone(record.slot)
    except OutsideError as error:
        users = f"users are back on {stable.release}" if stable else "no user is sent to it"
        raise OutsideError(f"{users}, but {error.message}", error.hint) from error
    final: State = "switched-back" if record.was_live else FINAL_STATES[record.state]
    return records.move(record, final, why, checks, at=switched_at)


def return_to(target: Target, stable: Record, check: Callable[[], None] = lambda: None) -> None:
    """Send all users to a recorded release and restore its recorded objects.

    If the release has available replicas, users are switched first; else its slot is filled and rolled out
    before the switch. `check` is called during the rollout and before the switch; what it raises ends it.
    """
    slots, manifests = target.slots, target.records.manifests(stable)
    available = slots.available(stable.slot, stable.release)
    environment, runtime = target.environment, target.services.runtime
    if not available:
        slots.refill(stable.slot, manifests.slot)
        wait_for_rollout(
            target.cluster, environment.namespace, stable.slot, environment.rollout_seconds, check, runtime
        )
    check()
    slots.switch(manifests.shared)
    if available:
        # Revert manual changes. No need to wait: it has available replicas already.
        slots.refill(stable.slot, manifests.slot)
    slots.address(LIVE, environment.address_seconds)

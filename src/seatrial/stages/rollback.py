"""Return to the stable release, or to the stable one before it."""

from __future__ import annotations

from seatrial import console
from seatrial.errors import HeldError, RefusedError, RollbackFailedError, SeatrialError
from seatrial.kube.labels import other
from seatrial.release.record import Record
from seatrial.release.target import Target, open_target
from seatrial.release.undo import return_to, undo
from seatrial.report.writer import Reporting
from seatrial.results import RollbackResult
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.workspace import Workspace


def rollback(settings: Settings, workspace: Workspace, env: str) -> RollbackResult:
    """Undo a release that is not accepted yet; with none, return to the stable one before this.

    No test is asked, only that the returning release comes up. Another holder is waited for as long
    as a dead one may be silent. A first release that is undone leaves nothing that serves: `release`
    is empty then. Raises RefusedError when there is nothing to undo nor to return to, HeldError when
    the holder lives on, RollbackFailedError when it fails.
    """
    stamp, target = StageRun(), open_target(settings, workspace, env)
    with target.lease.hold(adopt=True, patience=target.environment.lease_seconds + 2):
        serving: Record | None
        unfinished, stable = target.records.unfinished(), target.records.stable()
        if unfinished:
            serving, replaced = _undo_all(target, unfinished), unfinished[0].release
        else:
            serving, replaced = _step_back(target, stable), stable.release if stable else ""
    return RollbackResult(
        environment=env,
        release=serving.release if serving else "",
        replaced=replaced,
        reference=serving.reference if serving else "",
        **stamp.fields(workspace),
    )


def _undo_all(target: Target, unfinished: list[Record]) -> Record | None:
    for record in unfinished:
        with Reporting(target) as report, console.step(f"undo {record.release}, {record.state}"):
            report.of(record)
            undo(target, record, "rolled back by hand")
    return target.records.stable()


def _step_back(target: Target, stable: Record | None) -> Record:
    before = target.records.find(stable.previous) if stable and stable.previous else None
    if not stable or not before:
        raise RefusedError(f"{target.name} has no stable release to return to", "make history shows them")
    if before.slot == stable.slot:
        raise RollbackFailedError(f"{before.release} is recorded for the slot that serves", "make deploy")
    with console.step(f"return from {stable.release} to {before.release}"):
        try:
            return _return(target, stable, before)
        except HeldError:
            raise
        except SeatrialError as error:
            what = f"{before.release} does not come back: {error.message}; {stable.release} still serves"
            raise RollbackFailedError(what, error.hint, error.log) from error


def _return(target: Target, stable: Record, before: Record) -> Record:
    records, slots = target.records, target.slots
    before = records.move(before, "returning", f"from {stable.release}")
    slots.clear(before.slot)
    slots.wait_until_gone(before.slot)
    return_to(target, before)
    before = records.move(before, "stable", f"returned from {stable.release}")
    records.move(stable, "rolled-back", f"to {before.release}")
    slots.clear(other(before.slot))
    slots.wait_until_gone(other(before.slot))
    return before

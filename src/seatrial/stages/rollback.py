"""Return to the stable release, or to the one before it."""

from __future__ import annotations

from seatrial import console
from seatrial.errors import HeldError, OutsideError, RefusedError, RollbackFailedError, SeatrialError
from seatrial.recovery_results import RollbackResult
from seatrial.release.holds import describe
from seatrial.release.record import OPEN, RETURNING_FROM, Record
from seatrial.release.recovery import complete_return, finish_recorded_return
from seatrial.release.reporting import Reporting
from seatrial.release.services import Services
from seatrial.release.target import Target, open_target
from seatrial.release.undo import return_to, undo
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.system import SERVICES
from seatrial.workspace import Workspace


def rollback(
    settings: Settings,
    workspace: Workspace,
    env: str,
    services: Services = SERVICES,
    why: str = "",
    *,
    again: bool = False,
) -> RollbackResult:
    """Undo the release that is not accepted yet; if there is none, return to the previous stable one.

    What was rolled back is put on hold. No suite runs: the returning release only has to become available.
    An interrupted rollback is completed. If a rollback has returned to the stable release, nothing changes
    unless `again`: people type a rollback twice. If another deployer holds the Lease, it is asked to stop,
    and the Lease's own duration is waited for. After undoing a first release none serves, and the result's
    `release` is empty. Raises RefusedError if there is nothing to undo or return to, HeldError if
    the other deployer goes on, RollbackFailedError if a step fails.
    """
    stage, target = StageRun(services.runtime), open_target(settings, workspace, env, services)
    # What this rollback is about: the holder of the Lease may end before it is acquired.
    unwanted = target.records.newest()
    asks = f"{services.user()} rolls back{f': {why}' if why else ''}"
    with target.hold(adopt=True, patience=target.lease_patience, stop_holder=asks):
        replaced = _roll_back(target, unwanted, why or "rolled back manually", again=again)
        serving = target.records.stable()
    return RollbackResult(
        environment=env,
        release=serving.release if serving else "",
        replaced=replaced,
        reference=serving.reference if serving else "",
        **stage.fields(workspace),
    )


def _roll_back(target: Target, unwanted: Record | None, why: str, *, again: bool) -> str:
    """Roll back; return the name of the replaced release."""
    records = target.records
    if interrupted := finish_recorded_return(target):
        return records.put_hold(interrupted, why).release
    if returning := records.returning():
        if replaced := records.find(returning.replaces):
            # It may have been resumed since the rollback was interrupted.
            records.put_hold(replaced, why)
        return _complete(target, returning)
    # Before anything is undone, which may fail.
    ended = "" if again else _hold_ended(target, unwanted, why)
    undone = _undo_unfinished(target, unwanted, why)
    stable = records.stable()
    if stable and _is_to_be_left(target, stable):
        return _return_to_previous(target, stable, why)
    if undone:
        return undone
    if ended:
        return _stay(target, stable, ended)
    if stable and stable.returned_from and not again:
        console.line(
            f"  users were returned from {stable.returned_from} to {stable.release} already; "
            "--again (AGAIN=1 with make) goes back one release more"
        )
        return _stay(target, stable, stable.returned_from)
    return _return_to_previous(target, stable, why)


def _undo_unfinished(target: Target, unwanted: Record | None, why: str) -> str:
    """Undo every unfinished release; return the newest if the rollback is about one, else an empty string."""
    unfinished = target.records.unfinished()
    # Another deployer may have begun one since; then the unwanted release is still to be left.
    about = [each for each in unfinished if not unwanted or each.release == unwanted.release]
    for record in unfinished:
        _undo(target, record, why, hold=record in about)
    return about[0].release if about else ""


def _hold_ended(target: Target, unwanted: Record | None, why: str) -> str:
    """Hold the unwanted release if it has ended meanwhile, and return its name; else an empty string."""
    left = target.records.find(unwanted.release) if unwanted else None
    if not left or left.state in (*OPEN, "stable"):
        return ""
    # Its own deployer undid it when it was asked to stop, or another rollback or release replaced it.
    target.records.put_hold(left, why)
    console.line(f"  {left.release} is {left.state} already: {left.history[-1].detail}")
    return left.release


def _is_to_be_left(target: Target, stable: Record) -> bool:
    """Return whether a rollback from the stable release was begun and given up, and could succeed now."""
    previous = target.records.previous(stable) if stable.hold else None
    return previous is not None and not previous.hold and previous.slot != stable.slot


def _stay(target: Target, stable: Record | None, replaced: str) -> str:
    """Revert manual changes of the stable release; return the name of the replaced release."""
    if stable:
        try:
            return_to(target, stable)
        except (HeldError, OutsideError):
            raise
        except SeatrialError as error:
            what = f"{stable.release}, which is stable, cannot be restored: {error.message}"
            raise RollbackFailedError(what, error.hint, error.log) from error
    return replaced


def _undo(target: Target, record: Record, why: str, *, hold: bool) -> None:
    step = f"undo {record.release}, {record.state}"
    with Reporting(target) as report, console.step(step, target.services.runtime):
        report.of(record)
        record = target.records.put_hold(record, why) if hold else record
        undo(target, record, why)


def _return_to_previous(target: Target, stable: Record | None, why: str) -> str:
    records = target.records
    if stable:
        records.put_hold(stable, why)
    previous = records.previous(stable) if stable else None
    if not stable or not previous:
        raise RefusedError(f"{target.name} has no stable release to return to", "make history lists them")
    if previous.hold:
        raise RefusedError(
            f"{previous.release}, to which to return, is on hold: {describe(previous)}",
            f"make resume ENV={target.name}, if it may have users again",
        )
    if previous.slot == stable.slot:
        raise RollbackFailedError(
            f"{previous.release} is recorded for slot {stable.slot}, which {stable.release} serves from",
            f"make deploy ENV={target.name}",
        )
    returning = records.move(previous, "returning", f"{RETURNING_FROM}{stable.release}")
    return _complete(target, returning)


def _complete(target: Target, returning: Record) -> str:
    replaced = returning.replaces
    with console.step(f"return from {replaced} to {returning.release}", target.services.runtime):
        complete_return(target, returning)
    return replaced

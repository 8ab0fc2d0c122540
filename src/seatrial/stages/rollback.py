"""Return to the stable release, or to the one before it."""

from __future__ import annotations

from seatrial import console
from seatrial.errors import HeldError, RefusedError, RollbackFailedError, SeatrialError
from seatrial.kube.labels import other
from seatrial.release.record import Record
from seatrial.release.reporting import Reporting
from seatrial.release.services import Services
from seatrial.release.target import Target, open_target
from seatrial.release.undo import return_to, undo
from seatrial.results import RollbackResult
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.system import SERVICES
from seatrial.workspace import Workspace


def rollback(
    settings: Settings, workspace: Workspace, env: str, services: Services = SERVICES
) -> RollbackResult:
    """Undo the releases that are not accepted yet; if there are none, return to the previous stable one.

    No suite runs: the returning release only has to become available. If another deployer holds the Lease,
    the Lease's own duration is waited for. After undoing an environment's first release none serves, and
    the result's `release` is empty. Raises RefusedError if there is nothing to undo or return to, HeldError
    if the other deployer goes on, RollbackFailedError if a step fails.
    """
    stage, target = StageRun(services.runtime), open_target(settings, workspace, env, services)
    with target.lease.hold(adopt=True, patience=target.environment.lease_seconds + 2):
        serving: Record | None
        unfinished, stable = target.records.unfinished(), target.records.stable()
        if unfinished:
            serving, replaced = _undo_all(target, unfinished), unfinished[0].release
        else:
            serving, replaced = _return_to_previous(target, stable), stable.release if stable else ""
    return RollbackResult(
        environment=env,
        release=serving.release if serving else "",
        replaced=replaced,
        reference=serving.reference if serving else "",
        **stage.fields(workspace),
    )


def _undo_all(target: Target, unfinished: list[Record]) -> Record | None:
    for record in unfinished:
        with (
            Reporting(target) as report,
            console.step(f"undo {record.release}, {record.state}", target.services.runtime),
        ):
            report.of(record)
            undo(target, record, "rolled back manually")
    return target.records.stable()


def _return_to_previous(target: Target, stable: Record | None) -> Record:
    previous = target.records.find(stable.previous) if stable and stable.previous else None
    if not stable or not previous:
        raise RefusedError(f"{target.name} has no stable release to return to", "make history lists them")
    if previous.slot == stable.slot:
        raise RollbackFailedError(
            f"{previous.release} is recorded for slot {stable.slot}, which {stable.release} serves from",
            f"make deploy ENV={target.name}",
        )
    with console.step(f"return from {stable.release} to {previous.release}", target.services.runtime):
        try:
            return _return(target, stable, previous)
        except HeldError:
            raise
        except SeatrialError as error:
            what = f"{previous.release} cannot be restored: {error.message}; {stable.release} still serves"
            raise RollbackFailedError(what, error.hint, error.log) from error


def _return(target: Target, stable: Record, previous: Record) -> Record:
    records, slots = target.records, target.slots
    previous = records.move(previous, "returning", f"from {stable.release}")
    slots.clear(previous.slot)
    slots.wait_until_gone(previous.slot)
    return_to(target, previous, target.lease.check)
    target.lease.check()
    previous = records.move(previous, "stable", f"returned from {stable.release}")
    records.move(stable, "rolled-back", f"to {previous.release}")
    target.lease.check()
    slots.clear(other(previous.slot))
    slots.wait_until_gone(other(previous.slot))
    return previous

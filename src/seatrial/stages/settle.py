"""Finish or undo what an interrupted deployer left."""

from __future__ import annotations

from imagemodel.golden import GoldenSet
from seatrial.errors import HeldError, OutsideError, RolledBackError, SeatrialError
from seatrial.recovery_results import SettleResult
from seatrial.release.record import Record
from seatrial.release.recovery import finish_interrupted, tidy, undo_later
from seatrial.release.reporting import Reporting
from seatrial.release.services import Services
from seatrial.release.target import Target, open_target
from seatrial.release.undo import return_to, undo
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.stages.accept import judge, load_golden_of_pending
from seatrial.system import SERVICES
from seatrial.workspace import Workspace


def settle(settings: Settings, workspace: Workspace, env: str, services: Services = SERVICES) -> SettleResult:
    """Finish the pending release or an interrupted rollback, undo any other unfinished release, clean up.

    A pending release is baked as by `accept`. Then manual changes of the stable release are reverted, and
    what belongs to no release is removed. The Lease of a deployer that was killed is waited for. Raises
    RolledBackError if the pending release failed a check or could not be checked, HeldError if a deployer
    still works, OutsideError if the stable release cannot be restored, RollbackFailedError if undoing fails.
    """
    stage, target = StageRun(services.runtime), open_target(settings, workspace, env, services)
    load_golden_of_pending(target)
    with target.hold(adopt=True, patience=target.lease_patience):
        settled = _settle(target)
        serving = _restored(target)
        tidy(target)
    return SettleResult(
        environment=env,
        release=serving.release if serving else "",
        settled=tuple(f"{record.release} is {record.state}" for record in settled),
        **stage.fields(workspace),
    )


def _settle(target: Target) -> list[Record]:
    records = target.records
    pending = records.pending()
    if not pending or records.returning():
        return finish_interrupted(target)
    with Reporting(target) as report:
        undo_later(target, pending)
        report.of(pending)
        judge(target, pending, _golden_set(target, pending))
    found = records.find(pending.release)
    return [found] if found else []


def _restored(target: Target) -> Record | None:
    """Revert manual changes of the stable release; return its record."""
    stable = target.records.stable()
    if stable:
        try:
            return_to(target, stable, target.lease.check_not_stopped)
        except HeldError:
            raise
        except SeatrialError as error:
            what = f"{stable.release}, which is stable, cannot be restored: {error.message}"
            hint = f"{error.hint or 'fix that'}, then make settle ENV={target.name}"
            raise OutsideError(what, hint, error.log) from error
    return stable


def _golden_set(target: Target, record: Record) -> GoldenSet:
    try:
        return target.golden(record.golden, record.revision)
    except SeatrialError as error:
        # Nobody else watches it, so it must not stay pending.
        undo(target, record, f"it could not be checked: {error.message}")
        what = f"{record.release} could not be checked: {error.message}"
        raise RolledBackError(what, error.hint, error.log) from error

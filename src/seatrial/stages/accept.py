"""Check the pending release on the live address for its bake window: accept it or switch back."""

from __future__ import annotations

from contextlib import suppress

from imagemodel.golden import GoldenSet
from seatrial import console
from seatrial.errors import RefusedError, RolledBackError, SeatrialError
from seatrial.kube.labels import LIVE
from seatrial.release.holds import describe
from seatrial.release.record import Record
from seatrial.release.recovery import accept as make_stable
from seatrial.release.recovery import finish_interrupted, undo_later
from seatrial.release.reporting import Reporting
from seatrial.release.services import Services
from seatrial.release.target import Target, open_target
from seatrial.release.trial import TrialResult, bake
from seatrial.release.undo import undo
from seatrial.results import AcceptResult, Check
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.system import SERVICES
from seatrial.workspace import Workspace


def accept(settings: Settings, workspace: Workspace, env: str, services: Services = SERVICES) -> AcceptResult:
    """Run suite and load on the live address for the bake window; accept the release or roll it back.

    A release whose golden set cannot be loaded stays pending. `deploy` undoes a release whose switch fails,
    so the other decisions are taken here. Raises RolledBackError if a check failed or could not run: users
    are back on the stable release and the pending one is removed. RefusedError if no release is pending,
    HeldError if its deployer still holds the environment, RollbackFailedError if undoing fails.
    """
    stage, target = StageRun(services.runtime), open_target(settings, workspace, env, services)
    load_golden_of_pending(target)
    with Reporting(target) as report, target.hold(adopt=True):
        record = target.records.pending()
        if record is None or target.records.returning():
            finish_interrupted(target)
            raise RefusedError(f"no release is pending in {env}", f"make deploy ENV={env} comes first")
        undo_later(target, record)
        report.of(record)
        checks = judge(target, record, _golden_set(target, record))
        url = target.shown(target.url())
    return AcceptResult(
        environment=env,
        release=record.release,
        reference=record.reference,
        url=url,
        verdicts=checks,
        **stage.fields(workspace),
    )


def _golden_set(target: Target, record: Record) -> GoldenSet:
    try:
        return target.golden(record.golden, record.revision)
    except BaseException:
        # The release has failed no check: it stays pending until the golden set can be loaded.
        target.lease.hand_over(record.release)
        raise


def judge(target: Target, record: Record, golden: GoldenSet) -> tuple[Check, ...]:
    """Bake the pending release and make it stable; return its checks.

    The caller holds the Lease. Raises RolledBackError if a check failed or could not run, after switching
    back.
    """
    refuse_held(target, record)
    checks = _bake(target, record, golden)
    refuse_held(target, record)
    with console.step(f"accept {record.release} and empty the other slot", target.services.runtime):
        make_stable(target, record, checks)
        target.records.trim(target.environment.keep_releases)
    return checks


def load_golden_of_pending(target: Target) -> None:
    """Load the golden set of the pending release into the cache.

    It may take minutes; while the Lease is held a rollback would have to wait for it. An error is left to
    the load under the Lease.
    """
    with suppress(SeatrialError):
        if record := target.records.pending():
            target.golden(record.golden, record.revision)


def refuse_held(target: Target, record: Record) -> None:
    """Undo a pending release that a rollback has put on hold, and raise RolledBackError."""
    found = target.records.find(record.release)
    if found and found.hold:
        undo(target, found, describe(found))
        raise RolledBackError(
            f"{record.release} is on hold: {describe(found)}",
            f"{record.undone_to or 'no release'} serves again; make resume ENV={target.name} lifts the hold",
        )


def _bake(target: Target, record: Record, golden: GoldenSet) -> tuple[Check, ...]:
    result = TrialResult(())
    try:
        seconds, runtime = target.environment.bake_seconds, target.services.runtime
        with console.step(f"bake {record.release} for {seconds:.0f} s", runtime, heartbeat=False):
            url = target.url(LIVE, target.lease.check_not_stopped)
            result = bake(target, record, url, golden)
        failure = result.failure
    except SeatrialError as error:
        # It could not be checked. Users are on it, so it must be rolled back.
        failure = error.message
    except BaseException as error:
        undo(target, record, f"interrupted: {type(error).__name__}")
        raise
    if failure:
        with console.step(f"switch back from {record.release}", target.services.runtime):
            undo(target, record, failure, result.checks)
        hint = f"{record.undone_to or 'no release'} serves again; fix it and release again"
        raise RolledBackError(f"{record.release} failed a check: {failure}", hint, result.log)
    return result.checks

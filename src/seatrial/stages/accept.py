"""Bake the pending release and give the verdict: stable, or switched back."""

from __future__ import annotations

import time
from concurrent.futures import Future
from dataclasses import dataclass

from imagemodel.golden import GoldenSet
from seatrial import console
from seatrial.analysis.load import LoadGenerator
from seatrial.analysis.suite import SUITE_SECONDS, SuiteReport, suite_running
from seatrial.errors import RefusedError, RolledBackError, SeatrialError
from seatrial.kube.labels import other
from seatrial.release.attempt import expected, first_broken
from seatrial.release.record import Record
from seatrial.release.target import Target, open_target
from seatrial.release.undo import undo, undo_abandoned_releases
from seatrial.report.writer import Reporting
from seatrial.results import AcceptResult, Check
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.wait import until
from seatrial.workspace import Workspace

# Whoever waits for a window of minutes hears now and then how it goes.
TOLD_SECONDS = 30.0


@dataclass(frozen=True)
class Baked:
    """What the bake window showed: the verdicts, and the end of the suite's log where it failed."""

    verdicts: tuple[Check, ...] = ()
    log: str = ""


def accept(settings: Settings, workspace: Workspace, env: str) -> AcceptResult:
    """Watch the pending release on the live address for its bake window, and accept it or undo it.

    Raises RolledBackError when a promise was broken: the stable release serves again and the
    pending one is gone. RefusedError when no release is pending, HeldError when its deployer is
    still at work, RollbackFailedError when undoing fails.
    """
    stamp, target = StageRun(), open_target(settings, workspace, env)
    with Reporting(target) as report, target.lease.hold(adopt=True):
        record = target.records.pending()
        if record is None:
            undo_abandoned_releases(target)
            raise RefusedError(f"no release is pending in {env}", f"make deploy ENV={env} comes first")
        report.of(record)
        golden = _golden(target, record)
        verdicts = _bake(target, record, golden)
        _settle(target, record, verdicts)
        url = target.url()
    return AcceptResult(
        environment=env,
        release=record.release,
        reference=record.reference,
        url=url,
        verdicts=verdicts,
        **stamp.fields(workspace),
    )


def _golden(target: Target, record: Record) -> GoldenSet:
    try:
        return target.golden(record.golden_digest)
    except SeatrialError:
        # Nothing was found wrong with the release: it goes on waiting for somebody who can judge it.
        target.lease.hand_over(record.release)
        raise


def _bake(target: Target, record: Record, golden: GoldenSet) -> tuple[Check, ...]:
    found = Baked()
    try:
        with console.step(f"bake {record.release} for {target.environment.bake_seconds:.0f} s"):
            found = _watch(target, record, golden)
        broken = first_broken(found.verdicts)
    except SeatrialError as error:
        # Whatever kept it from being judged: users have met it, so it goes.
        broken = error.message
    except BaseException as error:
        undo(target, record, f"interrupted: {type(error).__name__}")
        raise
    if broken:
        with console.step(f"switch back from {record.release}"):
            undo(target, record, broken, found.verdicts)
        hint = f"{record.previous or 'nothing'} serves again; mend it and release anew"
        raise RolledBackError(f"{record.release} broke a promise: {broken}", hint, found.log)
    return found.verdicts


def _watch(target: Target, record: Record, golden: GoldenSet) -> Baked:
    load = target.watcher(target.url(), golden, record.release, target.environment.host, record.baseline)
    running = suite_running(
        target.workspace,
        target.by_name(),
        golden=golden.photos[0].path.parent,
        expect=expected(record),
        name=f"{record.release}-live",
    )
    with running as suite:
        with load:
            _until_baked(target, load, suite)
            broken = load.broken()
        if broken:
            # It is undone before the suite has ended.
            beyond_doubt = Check(name="nothing breaks while it bakes", passed=False, detail=broken)
            return Baked((beyond_doubt, *load.verdicts()))
        report = suite.result()
    return Baked((*report.verdicts, *load.verdicts()), report.log if report.broken else "")


def _until_baked(target: Target, load: LoadGenerator, suite: Future[SuiteReport]) -> None:
    bake = target.environment.bake_seconds
    start = told = time.monotonic()

    def look() -> bool | None:
        nonlocal told
        target.lease.check()
        now = time.monotonic()
        if now - told >= TOLD_SECONDS:
            told = now
            console.line(f"    {now - start:.0f} of {bake:.0f} s: {load.outcome()}")
        over = load.broken() or (suite.done() and (now - start >= bake or suite.result().broken))
        return True if over else None

    until("the end of the bake window", look, bake + SUITE_SECONDS, every=0.2)


def _settle(target: Target, record: Record, verdicts: tuple[Check, ...]) -> None:
    records, slots = target.records, target.slots
    target.lease.check()
    with console.step(f"accept {record.release} and empty the other slot"):
        # More than one where a runner died here.
        replaced = [each for each in records.all() if each.state == "stable"]
        records.move(record, "stable", verdicts=verdicts)
        for before in replaced:
            records.move(before, "superseded", f"by {record.release}")
        slots.close_preview()
        slots.clear(other(record.slot))
        records.trim(target.environment.keep_releases)

"""Bake the pending release and give the verdict: stable, or switched back."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor

from seatrial import console
from seatrial.errors import OutsideError, RefusedError, RolledBackError
from seatrial.release.attempt import expected, first_broken
from seatrial.release.names import other
from seatrial.release.records import Record
from seatrial.release.suite import SUITE_SECONDS, SuiteReport, run_suite
from seatrial.release.target import Target, open_target
from seatrial.release.undo import finish_the_dead, undo
from seatrial.release.waiting import until
from seatrial.release.watch import LoadWatcher
from seatrial.results import AcceptResult, Verdict
from seatrial.settings import Settings
from seatrial.stamp import Stamp
from seatrial.workspace import Workspace


def accept(settings: Settings, workspace: Workspace, env: str) -> AcceptResult:
    """Watch the pending release on the live address for its bake window, and accept it or undo it.

    Raises RolledBackError when a promise was broken: the stable release serves again and the
    pending one is gone. RefusedError when no release is pending, HeldError when its deployer is
    still at work, RollbackFailedError when undoing fails.
    """
    stamp, target = Stamp(), open_target(settings, workspace, env)
    with target.lease.hold(adopt=True):
        record = target.records.pending()
        if record is None:
            finish_the_dead(target)
            raise RefusedError(f"no release is pending in {env}", f"make deploy ENV={env} comes first")
        verdicts = _bake(target, record)
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


def _bake(target: Target, record: Record) -> tuple[Verdict, ...]:
    verdicts: tuple[Verdict, ...] = ()
    try:
        with console.step(f"bake {record.release} for {target.environment.bake_seconds:.0f} s"):
            verdicts = _watch(target, record)
        broken = first_broken(verdicts)
    except OutsideError as error:
        broken = error.message
    except BaseException as error:
        undo(target, record, f"interrupted: {type(error).__name__}")
        raise
    if broken:
        with console.step(f"switch back from {record.release}"):
            undo(target, record, broken, verdicts)
        hint = f"{record.previous or 'nothing'} serves again; mend it and release anew"
        raise RolledBackError(f"{record.release} broke a promise: {broken}", hint)
    return verdicts


def _watch(target: Target, record: Record) -> tuple[Verdict, ...]:
    golden, url = target.golden(record.golden_digest), target.url()
    pool = ThreadPoolExecutor(1)
    try:
        with target.watcher(url, golden, record.release, target.environment.host) as load:
            suite = pool.submit(
                run_suite,
                target.workspace,
                target.by_name(),
                golden=golden.photos[0].path.parent,
                expect=expected(record),
                name=f"{record.release}-live",
            )
            _until_baked(target, load, suite)
            broken = load.broken()
        if broken:
            # It is undone before the suite has ended.
            beyond_doubt = Verdict(name="nothing breaks while it bakes", passed=False, detail=broken)
            return (beyond_doubt, *load.verdicts())
        return (*suite.result().verdicts, *load.verdicts())
    finally:
        pool.shutdown(wait=False)


def _until_baked(target: Target, load: LoadWatcher, suite: Future[SuiteReport]) -> None:
    bake = target.environment.bake_seconds
    end = time.monotonic() + bake

    def look() -> bool | None:
        target.lease.check()
        over = load.broken() or (suite.done() and (time.monotonic() >= end or suite.result().broken))
        return True if over else None

    until("the end of the bake window", look, bake + SUITE_SECONDS, every=0.2)


def _settle(target: Target, record: Record, verdicts: tuple[Verdict, ...]) -> None:
    records, slots = target.records, target.slots
    with console.step(f"accept {record.release} and empty the other slot"):
        before = records.stable()
        records.move(record, "stable", verdicts=verdicts)
        if before:
            records.move(before, "superseded", f"by {record.release}")
        slots.close_preview()
        slots.clear(other(record.slot))
        records.trim(target.environment.keep_releases)

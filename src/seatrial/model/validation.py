"""Validation of the model of a lock, for `validate` and `update`."""

from __future__ import annotations

from pathlib import Path

from seatrial.errors import OutsideError, RefusedError
from seatrial.model.artefact_cache import ArtefactCache
from seatrial.model.artefacts import GOLDEN_SET, MODEL, ArtefactKind, verified
from seatrial.model.check_table import as_text
from seatrial.model.checks import check_model
from seatrial.model.isolation import DEMAND, PREFIX
from seatrial.model.live import LIVE, LiveDirectories, LiveModel, LiveModels, NoLiveModel, title_of
from seatrial.model.lock import Lock
from seatrial.results import Check
from seatrial.settings import Settings
from seatrial.workspace import Workspace


def validate_lock(
    settings: Settings, workspace: Workspace, lock: Lock, model: Path, golden: Path, live: LiveModels
) -> tuple[Check, ...]:
    """Check the model of `lock` with its golden set and return the results.

    `model` and `golden` are the directories that were fetched for the lock. A directory that does not match
    its digest fails its check, and nothing is run.
    """
    files = [
        _check_files(MODEL, model, lock.model.digest),
        _check_files(GOLDEN_SET, golden, lock.golden.digest),
    ]
    if not all(check.passed for check in files):
        return tuple(files)
    compared = live_directories(settings, workspace, lock, live)
    return (*files, *check_model(model, golden, compared, settings.validation))


def validation_failure(lock: Lock, checks: tuple[Check, ...]) -> RefusedError:
    """Return the error for a failing model, with the table of all checks as its log."""
    failed = [check.name for check in checks if not check.passed]
    return RefusedError(
        f"model {lock.model.name} {lock.model.version} failed {len(failed)} of {len(checks)} checks: "
        f"{', '.join(failed[:3])}",
        _hint(failed),
        log=as_text(checks),
    )


def _hint(failed: list[str]) -> str:
    if any(name.startswith(PREFIX) for name in failed):
        return f"run it on Linux with seccomp and Landlock, or set {DEMAND} = false"
    return "train or export it again, publish it as a new version, then lock that version"


def _check_files(kind: ArtefactKind, folder: Path, digest: str) -> Check:
    name = f"{kind.title}: files match their digests"
    try:
        verified(kind, folder, digest)
    except RefusedError as error:
        return Check(name=name, passed=False, detail=error.message)
    return Check(name=name, passed=True, detail=digest)


def live_directories(
    settings: Settings, workspace: Workspace, lock: Lock, live: LiveModels
) -> LiveDirectories:
    """Return the directory of each live model, or why the model of `lock` cannot be compared with it."""
    cache = ArtefactCache(settings.store, workspace.cache)
    found = {title_of(each.where): _live_directory(cache, lock, each) for each in live.known}
    missing = {title_of((name,)): _unread(reason) for name, reason in live.unread.items()}
    return {**found, **missing} or {LIVE: NoLiveModel("no model is known to be live")}


def _live_directory(cache: ArtefactCache, lock: Lock, live: LiveModel) -> Path | NoLiveModel:
    if live.model.digest == lock.model.digest:
        return NoLiveModel("it is the live model itself")
    try:
        return cache.obtain(MODEL, live.model)
    except OutsideError as error:
        return NoLiveModel(
            f"{live.model.name} {live.model.version} cannot be fetched: {error.message}", expected=True
        )


def _unread(reason: str) -> NoLiveModel:
    return NoLiveModel(f"it could not be read: {reason}", expected=True)

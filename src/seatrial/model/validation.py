"""Validation of the model of a lock, for `validate` and `update`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from imagemodel.evaluation import load_evaluation
from imagemodel.golden import load_golden
from seatrial.errors import OutsideError, RefusedError, UsageError
from seatrial.model.artefact_cache import ArtefactCache
from seatrial.model.artefacts import EVALUATION_SET, GOLDEN_SET, MODEL, ArtefactKind, verified
from seatrial.model.check_table import as_text
from seatrial.model.checks import Trial, examine
from seatrial.model.examination import Examination
from seatrial.model.isolation import DEMAND, PREFIX
from seatrial.model.label_checks import HINT as LABELS_HINT
from seatrial.model.label_checks import PREFIX as LABELS
from seatrial.model.label_checks import accept_labels, check_coverage, check_labels
from seatrial.model.live import LIVE, LiveDirectories, LiveModels, NoLiveModel, title_of
from seatrial.model.lock import Lock
from seatrial.model.lock_history import locked_before
from seatrial.results import Artefact, Check
from seatrial.settings import Settings
from seatrial.workspace import Workspace

BEFORE: Final = "the model locked before"
FILES: Final = ": files match their digests"


def validate_lock(
    settings: Settings, workspace: Workspace, lock: Lock, model: Path, golden: Path, live: LiveModels
) -> tuple[Check, ...]:
    """Check the model of `lock` with its photos and return the results; see `examine_lock`."""
    return examine_lock(settings, workspace, lock, model, golden, live).checks


def examine_lock(
    settings: Settings,
    workspace: Workspace,
    lock: Lock,
    model: Path,
    golden: Path,
    live: LiveModels,
    evaluation: Path | None = None,
) -> Examination:
    """Check the model of `lock` with its golden set, and its evaluation set if it has one.

    `model` and `golden` are the directories that were fetched for the lock; the evaluation set, if it is not
    given, is obtained from the cache or the store. A directory that does not match its digest fails its
    check, and nothing is run.
    """
    files = [
        _check_files(MODEL, model, lock.model.digest),
        _check_files(GOLDEN_SET, golden, lock.golden.digest),
    ]
    if not all(check.passed for check in files):
        return Examination(tuple(files))
    limits = settings.validation
    previous = previous_models(settings, workspace, lock, live)
    labels = check_labels(model, previous, lock.labels, demanded=limits.demand_comparison)
    compared = {title: each for title, each in previous.items() if title != BEFORE}
    evaluation = evaluation or evaluation_directory(settings, workspace, lock)
    files += [_passed_files(EVALUATION_SET, lock.evaluation.digest)] if lock.evaluation else []
    sample = load_evaluation(evaluation).photos if evaluation else ()
    coverage = check_coverage(model, load_golden(golden).photos, sample)
    trial = Trial(settings.probes, settings.pod)
    found = examine(model, golden, compared, limits, evaluation=evaluation, trial=trial)
    return replace(found, checks=(*files, *labels, coverage, *found.checks))


def evaluation_directory(settings: Settings, workspace: Workspace, lock: Lock) -> Path | None:
    """Return the verified directory of the evaluation set of `lock`; fetch it if it is not cached."""
    if lock.evaluation is None:
        return None
    return ArtefactCache(settings.store, workspace.cache).obtain(EVALUATION_SET, lock.evaluation)


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
    if any(name.startswith(LABELS) for name in failed):
        return LABELS_HINT
    return "train or export it again, publish it as a new version, then lock that version"


def _check_files(kind: ArtefactKind, folder: Path, digest: str) -> Check:
    try:
        verified(kind, folder, digest)
    except RefusedError as error:
        return Check(name=f"{kind.title}{FILES}", passed=False, detail=error.message)
    return _passed_files(kind, digest)


def _passed_files(kind: ArtefactKind, digest: str) -> Check:
    return Check(name=f"{kind.title}{FILES}", passed=True, detail=digest)


def previous_models(
    settings: Settings, workspace: Workspace, lock: Lock, live: LiveModels
) -> LiveDirectories:
    """Return the models whose labels the model of `lock` must keep: the live ones, and the one locked before.

    A model of another name is another model, and its labels are not compared.
    """
    before, cache = locked_before(workspace, lock.model), ArtefactCache(settings.store, workspace.cache)
    locked = _directory(cache, lock, before) if before else NoLiveModel("no commit locked another model")
    return {**live_directories(settings, workspace, lock, live), BEFORE: locked}


def live_directories(
    settings: Settings, workspace: Workspace, lock: Lock, live: LiveModels
) -> LiveDirectories:
    """Return the directory of each live model, or why the model of `lock` cannot be compared with it."""
    cache = ArtefactCache(settings.store, workspace.cache)
    found = {title_of(each.where): _directory(cache, lock, each.model) for each in live.known}
    missing = {title_of((name,)): _unread(reason) for name, reason in live.unread.items()}
    return {**found, **missing} or {LIVE: NoLiveModel("no model is known to be live")}


def _directory(cache: ArtefactCache, lock: Lock, other: Artefact) -> Path | NoLiveModel:
    if other.digest == lock.model.digest:
        return NoLiveModel("it is the live model itself")
    if other.name != lock.model.name:
        return NoLiveModel(f"{other.name} {other.version} is another model")
    try:
        return cache.obtain(MODEL, other)
    except (OutsideError, UsageError) as error:
        return NoLiveModel(f"{other.name} {other.version} cannot be fetched: {error.message}", expected=True)


def _unread(reason: str) -> NoLiveModel:
    return NoLiveModel(f"it could not be read: {reason}", expected=True)


def with_accepted_labels(
    settings: Settings, workspace: Workspace, lock: Lock, model: Path, live: LiveModels, reason: str
) -> Lock:
    """Return the lock with a person's acceptance of the labels of the directory `model`, if it needs one.

    Raises UsageError if the reason is not a line of text.
    """
    return accept_labels(lock, model, previous_models(settings, workspace, lock, live), workspace, reason)

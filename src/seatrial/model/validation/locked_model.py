"""Validation of the model of a lock, for `validate` and `update`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from imagemodel.evaluation import load_evaluation
from imagemodel.golden import load_golden
from seatrial.errors import RefusedError
from seatrial.model.artefacts import EVALUATION_SET, GOLDEN_SET, MODEL, ArtefactKind, verified
from seatrial.model.locks.lock import Lock
from seatrial.model.published.cache import ArtefactCache
from seatrial.model.validation.check_table import failed_checks
from seatrial.model.validation.checks import Trial, examine
from seatrial.model.validation.examination import Examination
from seatrial.model.validation.isolation import DEMAND, PREFIX
from seatrial.model.validation.label_checks import HINT as LABELS_HINT
from seatrial.model.validation.label_checks import PREFIX as LABELS
from seatrial.model.validation.label_checks import accept_labels, check_coverage, check_labels
from seatrial.model.validation.live import LiveModels
from seatrial.model.validation.live_directories import live_directories, previous_models
from seatrial.results import Check
from seatrial.settings import Settings
from seatrial.workspace import Workspace

FILES: Final = ": files match their digests"
GOLDEN: Final = "golden: "


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
    limits, directories = settings.validation, live_directories(settings, workspace, lock, live)
    previous = previous_models(settings, workspace, lock, directories)
    labels = check_labels(model, previous, lock.labels, demanded=limits.demand_comparison)
    evaluation = evaluation or evaluation_directory(settings, workspace, lock)
    files += [_passed_files(EVALUATION_SET, lock.evaluation.digest)] if lock.evaluation else []
    sample = load_evaluation(evaluation).photos if evaluation else ()
    coverage = check_coverage(model, load_golden(golden).photos, sample)
    trial = Trial(settings.probes, settings.pod)
    found = examine(model, golden, directories, limits, evaluation=evaluation, trial=trial)
    return replace(found, checks=(*files, *labels, coverage, *found.checks))


def evaluation_directory(settings: Settings, workspace: Workspace, lock: Lock) -> Path | None:
    """Return the verified directory of the evaluation set of `lock`; fetch it if it is not cached."""
    if lock.evaluation is None:
        return None
    return ArtefactCache(settings.store, workspace.cache).obtain(EVALUATION_SET, lock.evaluation)


def validation_failure(lock: Lock, checks: tuple[Check, ...], *, published: bool = True) -> RefusedError:
    """Return the error for a failing model, with the table of all checks, failed ones first, as its log.

    `published` is whether the model is a version in the store.
    """
    failed = [check.name for check in checks if not check.passed]
    hint = _hint(failed, [check.name for check in checks], published=published)
    return failed_checks(f"model {lock.model.name} {lock.model.version}", checks, hint)


def _hint(failed: list[str], names: list[str], *, published: bool) -> str:
    if any(name.startswith(PREFIX) for name in failed):
        return f"run it on Linux with seccomp and Landlock, or set {DEMAND} = false"
    if any(name.startswith(LABELS) for name in failed):
        return LABELS_HINT
    photos = [name for name in names if name.startswith(GOLDEN)]
    again = "publish it as a new version, then lock that version" if published else "then make the card again"
    if photos and set(photos) <= set(failed):
        return f"no golden photo is right: compare the order of labels.txt and the card's preset; {again}"
    return f"train or export it again, {again}"


def _check_files(kind: ArtefactKind, folder: Path, digest: str) -> Check:
    try:
        verified(kind, folder, digest)
    except RefusedError as error:
        return Check(name=f"{kind.title}{FILES}", passed=False, detail=error.message)
    return _passed_files(kind, digest)


def _passed_files(kind: ArtefactKind, digest: str) -> Check:
    return Check(name=f"{kind.title}{FILES}", passed=True, detail=digest)


def with_accepted_labels(
    settings: Settings, workspace: Workspace, lock: Lock, model: Path, live: LiveModels, reason: str
) -> Lock:
    """Return the lock with a person's acceptance of the labels of the directory `model`, if it needs one.

    Raises UsageError if the reason is not a line of text.
    """
    directories = live_directories(settings, workspace, lock, live)
    previous = previous_models(settings, workspace, lock, directories)
    return accept_labels(lock, model, previous, workspace, reason)

"""optimize: make an integer version of a model that passes the gate of the original."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from imagemodel.evaluation import load_evaluation
from imagemodel.fields import VERSION
from imagemodel.golden import load_golden
from seatrial import console
from seatrial.atomic_files import temporary_directory
from seatrial.errors import RefusedError, UsageError
from seatrial.model.artefacts import EVALUATION_SET, GOLDEN_SET, MODEL, refusing_invalid, verified
from seatrial.model.locks.lock import read_lock
from seatrial.model.optimization.calibration import calibration_photos
from seatrial.model.optimization.comparing import compare_models
from seatrial.model.optimization.writing import write_quantised
from seatrial.model.published.cache import ArtefactCache
from seatrial.model.validation.check_table import failed_checks
from seatrial.model.validation.checks import examine
from seatrial.model.validation.examination import Examination
from seatrial.results import Artefact, Check, StageResult
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.workspace import Workspace


class OptimizeResult(StageResult):
    """The new model and its parent: bytes of the networks, milliseconds of an inference, agreement, checks.

    `photos` is the number of photos that it was calibrated with.
    """

    stage: Literal["optimize"] = "optimize"
    model: Artefact
    parent: Artefact
    path: str
    photos: int
    size: int
    size_before: int
    milliseconds: float
    milliseconds_before: float
    agreement: tuple[str, ...]
    verdicts: tuple[Check, ...]


@dataclass(frozen=True)
class OptimizeRequest:
    """What to optimise, with which photos, and where to write it.

    `golden` and `evaluation` judge the new model; without them it is the sets of model.lock.
    """

    model: Path
    photos: Path
    out: Path
    version: str
    golden: Path | None = None
    evaluation: Path | None = None


def optimize(settings: Settings, workspace: Workspace, request: OptimizeRequest) -> OptimizeResult:
    """Write the directory `request.out` with an integer version of a model, whose card names its parent.

    It is static quantisation to 8 bits, calibrated with `request.photos`. The new model is judged against its
    parent by the checks of `validate`; one that fails is not written. Raises UsageError if an input is
    missing, RefusedError if a photo for the calibration also judges the model, the network cannot be
    quantised or is unsafe, a check fails, or `out` exists.
    """
    stage_run = StageRun()
    _require_new(request)
    parent = verified(MODEL, request.model).artefact
    if request.version == parent.version:
        raise UsageError(f"VERSION: {parent.version} is that of the model itself", "VERSION=, a new one")
    golden, evaluation = _judges(settings, workspace, request)
    with refusing_invalid():
        sets = (load_golden(golden), *((load_evaluation(evaluation),) if evaluation else ()))
    photos = calibration_photos(request.photos, sets)
    out = request.out.absolute()
    with temporary_directory(out.parent) as folder:
        write_quantised(request.model, photos, request.version, folder)
        with console.step("judge the new model against its parent"):
            found = examine(folder, golden, request.model, settings.validation, evaluation=evaluation)
        _require_passed(found)
        compared = compare_models(folder, request.model, found)
        model = verified(MODEL, folder).artefact
        folder.rename(out)
    return OptimizeResult(
        **stage_run.fields(workspace),
        **vars(compared),
        model=model,
        parent=parent,
        path=str(request.out),
        photos=len(photos),
        verdicts=found.checks,
    )


def _require_new(request: OptimizeRequest) -> None:
    if not request.model.is_dir():
        raise UsageError(f"MODEL: {request.model} is not a directory", "MODEL=dir, a model directory")
    if not VERSION.fullmatch(request.version):
        raise UsageError(f"VERSION: {request.version!r} is not a version", "VERSION=1.0.0-int8, for example")
    if request.out.exists() or request.out.is_symlink():
        raise RefusedError(f"OUT: {request.out} exists", "name a new directory, OUT=dir")


def _judges(settings: Settings, workspace: Workspace, request: OptimizeRequest) -> tuple[Path, Path | None]:
    """Return the directories of the golden set and of the evaluation set, as far as there is one."""
    if request.golden:
        return request.golden, request.evaluation
    lock, cache = read_lock(workspace.lock), ArtefactCache(settings.store, workspace.cache)
    locked = cache.obtain(EVALUATION_SET, lock.evaluation) if lock.evaluation else None
    return cache.obtain(GOLDEN_SET, lock.golden), request.evaluation or locked


def _require_passed(found: Examination) -> None:
    if not found.passed:
        hint = "calibrate with more photos, or of more kinds; else serve the model as it is"
        raise failed_checks("the quantised model", found.checks, hint)

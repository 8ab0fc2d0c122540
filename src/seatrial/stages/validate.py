"""validate: check the fetched model, which `build` requires, or a model before it is published."""

from __future__ import annotations

from pathlib import Path

from seatrial import console
from seatrial.errors import UsageError
from seatrial.model.artefacts import EVALUATION_SET, GOLDEN_SET, MODEL, verified
from seatrial.model.locks.lock import Lock, read_lock, write_lock
from seatrial.model.published.file_safety import require_safe_files
from seatrial.model.published.publication import Publishable
from seatrial.model.validation.examination import Examination
from seatrial.model.validation.locked_model import examine_lock, validation_failure, with_accepted_labels
from seatrial.release.live_model import live_models
from seatrial.release.services import Services
from seatrial.report.validation_writer import report_validation
from seatrial.results import FetchResult, ValidateResult
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.system import SERVICES
from seatrial.workspace import Workspace


def validate(
    settings: Settings, workspace: Workspace, services: Services = SERVICES, *, accept_labels: str = ""
) -> ValidateResult:
    """Check the fetched model with the fetched photos and return the passing report.

    With a reason in `accept_labels`, a change of labels passes, and model.lock gets the acceptance if all
    other checks pass. A failing report is written as well, then raised as RefusedError; the page and the
    Markdown of either are in `reports/<instance>/validation`. Raises UsageError if fetch has not run for this
    lock.
    """
    stage_run = StageRun(services.runtime)
    fetched = workspace.read_result(FetchResult)
    lock = read_lock(workspace.lock)
    model, golden = Path(fetched.model_path), Path(fetched.golden_path)
    live = live_models(settings, workspace, services)
    if accept_labels:
        lock = with_accepted_labels(settings, workspace, lock, model, live, accept_labels)
    found = examine_lock(settings, workspace, lock, model, golden, live)
    report_validation(settings, workspace, lock, found, services.runtime)
    report = _result(stage_run, workspace, lock, found)
    if not report.passed:
        workspace.write_result(report)
        raise validation_failure(lock, found.checks)
    if lock != read_lock(workspace.lock):
        write_lock(workspace.lock, lock)
        console.line("  model.lock has the acceptance of the labels: commit it, then run the pipeline")
    return report


def validate_directories(
    settings: Settings,
    workspace: Workspace,
    services: Services = SERVICES,
    *,
    model: Path | None,
    golden: Path | None,
    evaluation: Path | None = None,
    accept_labels: str = "",
) -> ValidateResult:
    """Check a model with photos before anything is published; neither model.lock nor a store is needed.

    With a reason in `accept_labels` a change of labels passes; nothing keeps the acceptance. The report is
    written as by `validate`. Its result is no passing report for `build`: do not write it to
    the workspace. Raises UsageError if `model` or `golden` is not given or no directory, RefusedError if one
    is not valid or the model fails a check.
    """
    stage_run = StageRun(services.runtime)
    if not model or not golden:
        hint = "make validate MODEL=dir GOLDEN=dir; without directories it is the model of model.lock"
        raise UsageError("a model is validated with its golden set", hint)
    lock, found = examine_directories(settings, workspace, services, model, golden, evaluation, accept_labels)
    report_validation(settings, workspace, lock, found, services.runtime)
    if not found.passed:
        raise validation_failure(lock, found.checks, published=False)
    return _result(stage_run, workspace, lock, found)


def examine_directories(
    settings: Settings,
    workspace: Workspace,
    services: Services,
    model: Path,
    golden: Path,
    evaluation: Path | None,
    accept_labels: str = "",
) -> tuple[Lock, Examination]:
    """Check what is not published yet; return the lock that would name it, and the checks.

    Raises UsageError if one of them is no directory, RefusedError if one could not be published.
    """
    folders = {MODEL: model, GOLDEN_SET: golden, **({EVALUATION_SET: evaluation} if evaluation else {})}
    for folder in folders.values():
        if not folder.is_dir():
            raise UsageError(f"{folder} is not a directory", "make card and make golden write them")
    sources = [Publishable(kind, folder, verified(kind, folder)) for kind, folder in folders.items()]
    for source in sources:
        require_safe_files(source)
    artefacts = {source.kind.folder: source.file_list.artefact for source in sources}
    lock = Lock(
        model=artefacts[MODEL.folder],
        golden=artefacts[GOLDEN_SET.folder],
        evaluation=artefacts.get(EVALUATION_SET.folder),
    )
    live = live_models(settings, workspace, services)
    if accept_labels:
        lock = with_accepted_labels(settings, workspace, lock, model, live, accept_labels)
    return lock, examine_lock(settings, workspace, lock, model, golden, live, evaluation)


def _result(stage_run: StageRun, workspace: Workspace, lock: Lock, found: Examination) -> ValidateResult:
    return ValidateResult(
        **stage_run.fields(workspace),
        model=lock.model,
        golden=lock.golden,
        evaluation=lock.evaluation,
        passed=found.passed,
        verdicts=found.checks,
    )

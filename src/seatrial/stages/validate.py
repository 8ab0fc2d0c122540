"""validate: check the fetched model; `build` requires the passing report."""

from __future__ import annotations

from pathlib import Path

from seatrial.model.lock import read_lock
from seatrial.model.validation import validate_lock, validation_failure
from seatrial.release.live_model import live_models
from seatrial.release.services import Services
from seatrial.results import FetchResult, ValidateResult
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.system import SERVICES
from seatrial.workspace import Workspace


def validate(settings: Settings, workspace: Workspace, services: Services = SERVICES) -> ValidateResult:
    """Check the fetched model with the fetched golden set and return the passing report.

    A failing report is written as well, then raised as RefusedError. Raises UsageError if fetch has not run
    for this lock.
    """
    stage_run = StageRun(services.runtime)
    fetched = workspace.read_result(FetchResult)
    lock = read_lock(workspace.lock)
    model, golden = Path(fetched.model_path), Path(fetched.golden_path)
    checks = validate_lock(
        settings, workspace, lock, model, golden, live_models(settings, workspace, services)
    )
    report = ValidateResult(
        **stage_run.fields(workspace),
        model=lock.model,
        golden=lock.golden,
        passed=all(check.passed for check in checks),
        verdicts=checks,
    )
    if not report.passed:
        workspace.write_result(report)
        raise validation_failure(lock, checks)
    return report

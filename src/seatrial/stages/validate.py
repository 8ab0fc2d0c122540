"""validate: the report without which nothing is built."""

from __future__ import annotations

from pathlib import Path

from seatrial.model.assessment import assess, refusal
from seatrial.model.lock import read_lock
from seatrial.results import FetchResult, ValidateResult
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.workspace import Workspace


def validate(settings: Settings, workspace: Workspace) -> ValidateResult:
    """Return the passing report on the fetched model, judged with the fetched golden set.

    A failing report is written all the same, for whoever wants to see it, and raised as RefusedError.
    Raises UsageError when fetch has not run for this lock.
    """
    stamp = StageRun()
    fetched = workspace.read_result(FetchResult)
    lock = read_lock(workspace.lock)
    verdicts = assess(settings, workspace, lock, Path(fetched.model_path), Path(fetched.golden_path))
    report = ValidateResult(
        **stamp.fields(workspace),
        model=lock.model,
        golden=lock.golden,
        passed=all(verdict.passed for verdict in verdicts),
        verdicts=verdicts,
    )
    if not report.passed:
        workspace.write_result(report)
        raise refusal(lock, verdicts)
    return report

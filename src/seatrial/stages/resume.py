"""Lift the holds of an environment, so that what was rolled back may be released again."""

from __future__ import annotations

from seatrial.recovery_results import ResumeResult
from seatrial.release.services import Services
from seatrial.release.target import open_target
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.system import SERVICES
from seatrial.workspace import Workspace


def resume(settings: Settings, workspace: Workspace, env: str, services: Services = SERVICES) -> ResumeResult:
    """Lift every hold of an environment; return the releases that were on hold.

    Nothing is released. Raises HeldError if another deployer holds the environment.
    """
    stage, target = StageRun(services.runtime), open_target(settings, workspace, env, services)
    with target.hold():
        records = target.records
        held = [records.lift_hold(record) for record in records.all() if record.hold]
    return ResumeResult(
        environment=env, resumed=tuple(record.release for record in held), **stage.fields(workspace)
    )

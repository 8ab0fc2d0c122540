"""Prune: remove old reports and images that no release and no lock refers to."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from seatrial import console
from seatrial.image.docker_client import connect
from seatrial.image.registry import RegistryClient
from seatrial.release.services import Services
from seatrial.results import PruneResult
from seatrial.retention.plan import Planner, PrunePlan
from seatrial.retention.references import collect_references
from seatrial.retention.registry_images import RegistryApi
from seatrial.retention.setting_sources import SettingSources
from seatrial.settings import Registry, Settings
from seatrial.stage_run import StageRun
from seatrial.system import SERVICES
from seatrial.workspace import Workspace


def prune(
    settings: Settings,
    workspace: Workspace,
    *,
    dry_run: bool = False,
    confirm: Callable[[PrunePlan], bool] | None = None,
    services: Services = SERVICES,
    environ: Mapping[str, str] = os.environ,
    registry_api: Callable[[Registry], RegistryApi] = RegistryClient,
    engine: Callable[[], Any] = connect,
) -> PruneResult:
    """Remove reports, registry images and engine images beyond the newest, and return what became of each.

    Kept is what a release record of any environment, the lock or the last build refers to. While an
    environment or a result cannot be read, no image is removed; a registry whose address is overridden
    without its cluster is never touched. With `dry_run`, or if `confirm` returns False, nothing is removed
    and the result is the plan. If `confirm` returns True, everything is read again, and only what is still
    unused and in the confirmed plan is removed. `environ` are the variables that the settings were read
    from.
    """
    stage_run, sources = StageRun(), SettingSources(workspace, environ)

    def make_plan() -> PrunePlan:
        with console.step("read the releases of all environments"):
            references = collect_references(settings, workspace, services, sources)
        with console.step("list reports and images"):
            return Planner(settings, workspace, references, sources, registry_api, engine).plan()

    plan = make_plan()
    if confirm and plan.removals and not dry_run:
        dry_run = not confirm(plan)
        # The user may answer hours later, and other commands may have released or built an image by then.
        plan = plan if dry_run else make_plan().limit_to(plan)
    done = plan if dry_run else plan.execute()
    return PruneResult(
        **stage_run.fields(workspace), dry_run=dry_run, items=done.rows, untouched=done.untouched
    )

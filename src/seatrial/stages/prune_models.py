"""Prune the store: remove old versions of a model that no lock, channel or release refers to."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from seatrial import console
from seatrial.errors import SeatrialError, UsageError
from seatrial.model.artefacts import MODEL
from seatrial.model.locks.history import locked_digests
from seatrial.model.locks.lock import read_lock
from seatrial.model.published.version_index import VersionIndex
from seatrial.provenance.inventory import query_environments
from seatrial.release.services import Services
from seatrial.results import PruneResult
from seatrial.retention.model_versions import (
    VersionPlan,
    VersionPruner,
    VersionReferences,
    add_store_references,
)
from seatrial.retention.references import missing_environments
from seatrial.retention.setting_sources import SettingSources
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.stores.choose import open_store
from seatrial.system import SERVICES
from seatrial.workspace import Workspace


def prune_models(
    settings: Settings,
    workspace: Workspace,
    *,
    keep: int,
    name: str = "",
    dry_run: bool = False,
    confirm: Callable[[VersionPlan], bool] | None = None,
    services: Services = SERVICES,
    environ: Mapping[str, str] = os.environ,
) -> PruneResult:
    """Remove all but the newest `keep` versions of a model, and return what became of each version.

    Without `name` it is the locked model. Kept is what a channel, a recorded release of any environment, or
    `model.lock` of any commit that git has on any branch refers to. While one of these cannot be read,
    nothing is removed. With `dry_run`, or if `confirm` returns False, the result is the plan. What is to be
    removed is decided again after the confirmation. Raises UsageError if `keep` is less than 1.
    """
    if keep < 1:
        raise UsageError("--keep is less than 1", "the newest version is always kept")
    stage_run = StageRun()
    store = open_store(settings.store)
    name = name or read_lock(workspace.lock).model.name
    index = VersionIndex(store, MODEL, name, settings.store.connections)
    pruner = VersionPruner(store, MODEL, index)

    def make_plan() -> VersionPlan:
        with console.step("read locks, releases and channels"):
            references = version_references(settings, workspace, services, environ)
            add_store_references(store, index, references)
        with console.step(f"list the versions of {index.name}"):
            return pruner.plan(keep, references)

    plan, confirmed = make_plan(), None
    if confirm and plan.removals and not dry_run:
        confirmed, dry_run = set(plan.removals), not confirm(plan)
    if not dry_run and plan.removals:
        # A lock, a channel or a release may have changed while the user was asked.
        plan = make_plan()
        removals = [each for each in plan.removals if confirmed is None or each in confirmed]
        plan = _limited(plan, set(removals))
        for version in removals:
            pruner.remove(version)
    return PruneResult(
        **stage_run.fields(workspace), dry_run=dry_run, items=plan.items, untouched=dict(plan.untouched)
    )


def version_references(
    settings: Settings, workspace: Workspace, services: Services, environ: Mapping[str, str]
) -> VersionReferences:
    """Return what the locks and the releases of all environments refer to."""
    references = VersionReferences()
    try:
        for digest, commit in locked_digests(workspace).items():
            references.digests.setdefault(digest, f"model.lock of {commit}")
        if workspace.lock.exists():
            references.add(read_lock(workspace.lock).artefacts.values(), "model.lock")
    except SeatrialError as error:
        references.unknown["model.lock"] = error.message
    inventory = query_environments(settings, workspace, services)
    sources = SettingSources(workspace, environ)
    references.unknown.update(inventory.unreachable)
    references.unknown.update(missing_environments(settings, inventory, sources))
    for record in inventory.records():
        references.add([record.model, record.golden], f"release {record.release}")
    return references


def _limited(plan: VersionPlan, removals: set[str]) -> VersionPlan:
    """Return the plan without the removals that are not in `removals`."""
    items = tuple(
        each.model_copy(update={"removed": False, "why": "not in the confirmed plan"})
        if each.removed and each.name not in removals
        else each
        for each in plan.items
    )
    return VersionPlan(items, tuple(each for each in plan.removals if each in removals), plan.untouched)

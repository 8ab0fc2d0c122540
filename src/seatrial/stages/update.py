"""update: move model.lock to the model of the channel, if that model passes validation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from seatrial import console
from seatrial.errors import RefusedError
from seatrial.model.artefacts import GOLDEN_SET, MODEL, channel_key, channel_target
from seatrial.model.locks.lock import Lock, read_lock, write_lock
from seatrial.model.published.cache import ArtefactCache
from seatrial.model.published.version_order import is_newer
from seatrial.model.validation.locked_model import examine_lock, validation_failure, with_accepted_labels
from seatrial.release.live_model import live_models
from seatrial.release.services import Services
from seatrial.report.validation_writer import report_validation
from seatrial.results import Artefact, Check, StageResult
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.stores.choose import open_store
from seatrial.stores.protocol import BlobNotFoundError
from seatrial.system import SERVICES
from seatrial.workspace import Workspace


class UpdateResult(StageResult):
    """Whether model.lock changed, and the model that it names now.

    If it changed, `lock` is its text, `verdicts` are the checks that the model passed, and `report` is the
    report of its validation in Markdown (empty if it could not be written).
    """

    stage: Literal["update"] = "update"
    changed: bool
    model: Artefact
    lock: str = ""
    verdicts: tuple[Check, ...] = ()
    report: str = ""


def update(
    settings: Settings, workspace: Workspace, services: Services = SERVICES, *, accept_labels: str = ""
) -> UpdateResult:
    """Move `model.lock` to the newest version of its model, by the channel, and return whether it changed.

    The golden set stays, because it is reviewed apart from the model. With a reason in `accept_labels`, a
    change of labels passes, and the lock gets the acceptance. Raises RefusedError, and keeps the
    lock, if the model fails a check; BlobNotFoundError if there is no such channel.
    """
    stage_run = StageRun(services.runtime)
    lock = read_lock(workspace.lock)
    newest = channel_model(settings, lock.model.name)
    changed = newest != lock.model
    found: dict[str, Any] = {}
    if changed:
        _warn_of_older(settings, newest, lock.model)
        candidate = lock.model_copy(update={"model": newest})
        found = _move_lock(settings, workspace, candidate, services, accept_labels)
    # A copy of the workspace, because this one caches the digest of the previous lock.
    return UpdateResult(**stage_run.fields(replace(workspace)), changed=changed, model=newest, **found)


def _warn_of_older(settings: Settings, newest: Artefact, locked: Artefact) -> None:
    if is_newer(locked.version, newest.version):
        names = f"names {newest.version}, which is older than {locked.version} of model.lock"
        console.line(f"  warning: the channel {settings.model.channel} {names}")


def _move_lock(
    settings: Settings, workspace: Workspace, candidate: Lock, services: Services, accept_labels: str
) -> dict[str, Any]:
    """Write the lock if its model passes, and return what the result of the stage has of it."""
    cache = ArtefactCache(settings.store, workspace.cache)
    model = cache.obtain(MODEL, candidate.model)
    golden = cache.obtain(GOLDEN_SET, candidate.golden)
    live = live_models(settings, workspace, services)
    if accept_labels:
        candidate = with_accepted_labels(settings, workspace, candidate, model, live, accept_labels)
    found = examine_lock(settings, workspace, candidate, model, golden, live)
    page = report_validation(settings, workspace, candidate, found, services.runtime)
    if not found.passed:
        raise validation_failure(candidate, found.checks)
    for check in found.checks:
        if check.status == "not judged":
            console.line(f"  {check.name}: {check.detail}")
    write_lock(workspace.lock, candidate)
    return {
        "lock": workspace.lock.read_text(encoding="utf-8"),
        "verdicts": found.checks,
        "report": page.with_suffix(".md").read_text(encoding="utf-8") if page else "",
    }


def channel_model(settings: Settings, name: str) -> Artefact:
    """Return the version of a model that the channel of `[model]` points to.

    Raises BlobNotFoundError if there is no such channel, RefusedError if it does not name a version.
    """
    store = open_store(settings.store)
    channel = settings.model.channel
    found = store.read(channel_key(name, channel))
    if found is None:
        raise BlobNotFoundError(
            f"{store.url} has no channel {channel} of {name}", "publish a model (`make publish`)"
        )
    try:
        return channel_target(name, found.content)
    except ValueError as error:
        hint = f"`seatrial publish … --channel {channel}` writes it again"
        raise RefusedError(
            f"channel {channel} of {name} in {store.url} does not name a version", hint
        ) from error

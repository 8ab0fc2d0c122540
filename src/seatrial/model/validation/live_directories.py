"""The directories of the models that the model of a lock is compared with, or why there is none."""

from __future__ import annotations

from pathlib import Path

from seatrial.errors import OutsideError, RefusedError, UsageError
from seatrial.model.artefacts import MODEL
from seatrial.model.locks.history import locked_before
from seatrial.model.locks.lock import Lock
from seatrial.model.published.cache import ArtefactCache
from seatrial.model.validation.live import LIVE, LiveDirectories, LiveModel, LiveModels, NoLiveModel, title_of
from seatrial.results import Artefact
from seatrial.settings import Settings
from seatrial.stores.protocol import BlobNotFoundError
from seatrial.workspace import Workspace


def live_directories(
    settings: Settings, workspace: Workspace, lock: Lock, live: LiveModels
) -> LiveDirectories:
    """Return the directory of each live model, or why the model of `lock` cannot be compared with it."""
    cache = ArtefactCache(settings.store, workspace.cache)
    found = {title_of(each.where): _live_directory(cache, lock, each) for each in live.known}
    missing = {title_of((name,)): _unread(reason) for name, reason in live.unread.items()}
    return {**found, **missing} or {LIVE: NoLiveModel("no model is known to be live")}


def previous_models(
    settings: Settings, workspace: Workspace, lock: Lock, directories: LiveDirectories
) -> LiveDirectories:
    """Return the models whose labels the model of `lock` must keep: the live ones, and the one locked before.

    A model of another name is another model, and its labels are not compared.
    """
    before = locked_before(workspace, lock.model)
    cache = ArtefactCache(settings.store, workspace.cache)
    return {**directories, "the model locked before": _directory_before(cache, lock, before)}


def _live_directory(cache: ArtefactCache, lock: Lock, live: LiveModel) -> Path | NoLiveModel:
    if live.model.digest == lock.model.digest:
        return NoLiveModel("it is the live model itself")
    return _another_model(lock, live.model) or _obtained(cache, live.model, live=True)


def _directory_before(cache: ArtefactCache, lock: Lock, before: Artefact | None) -> Path | NoLiveModel:
    if before is None:
        return NoLiveModel("no commit locked another model")
    return _another_model(lock, before) or _obtained(cache, before, live=False)


def _another_model(lock: Lock, other: Artefact) -> NoLiveModel | None:
    if other.name == lock.model.name:
        return None
    return NoLiveModel(f"{other.name} {other.version} is another model")


def _obtained(cache: ArtefactCache, model: Artefact, *, live: bool) -> Path | NoLiveModel:
    """Return the directory of a model, or why it cannot be had; `prune` may remove one that is not live."""
    try:
        return cache.obtain(MODEL, model)
    except (OutsideError, UsageError, RefusedError) as error:
        why = f"{model.name} {model.version} cannot be fetched: {error.message}"
        return NoLiveModel(why, expected=live or not isinstance(error, BlobNotFoundError))


def _unread(reason: str) -> NoLiveModel:
    return NoLiveModel(f"it could not be read: {reason}", expected=True)

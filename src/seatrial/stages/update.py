"""update: model.lock moves to the channel's model, if that one validates."""

from __future__ import annotations

import json
from dataclasses import replace

from seatrial.errors import RefusedError, UsageError
from seatrial.model.assessment import assess, refusal
from seatrial.model.cache import Cache
from seatrial.model.layout import GOLDEN_SET, MODEL, channel_key, check_names
from seatrial.model.lock import Lock, read_lock, write_lock
from seatrial.results import Artefact, UpdateResult
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.stores.choose import open_store
from seatrial.stores.protocol import MissingError
from seatrial.workspace import Workspace


def update(settings: Settings, workspace: Workspace) -> UpdateResult:
    """Return whether `model.lock` changed: it follows the channel of `[model]`, and the channel alone.

    The golden set stays: it is reviewed apart from the model. Raises RefusedError, and leaves the lock
    as it is, when the channel's model does not validate; MissingError when there is no such channel.
    """
    stamp = StageRun()
    lock = read_lock(workspace.lock)
    newest = _newest(settings)
    changed = newest != lock.model
    if changed:
        _lock(settings, workspace, lock.model_copy(update={"model": newest}))
    # What a workspace said of its lock before is remembered, so a new one is asked.
    return UpdateResult(**stamp.fields(replace(workspace)), changed=changed, model=newest)


def _lock(settings: Settings, workspace: Workspace, candidate: Lock) -> None:
    cache = Cache(settings.store, workspace.cache)
    model = cache.obtain(MODEL, candidate.model)
    golden = cache.obtain(GOLDEN_SET, candidate.golden)
    verdicts = assess(settings, workspace, candidate, model, golden)
    if not all(verdict.passed for verdict in verdicts):
        raise refusal(candidate, verdicts)
    write_lock(workspace.lock, candidate)


def _newest(settings: Settings) -> Artefact:
    store = open_store(settings.store)
    name, channel = settings.model.name, settings.model.channel
    found = store.read(channel_key(name, channel))
    if found is None:
        raise MissingError(
            f"{store.url} has no channel {channel} of {name}", "publish a model (`make publish`)"
        )
    try:
        pointer = json.loads(found.content)
        return check_names(Artefact(name=name, **pointer))
    except (ValueError, TypeError, UsageError) as error:
        hint = f"`seatrial publish … --channel {channel}` writes it anew"
        raise RefusedError(f"channel {channel} of {name} in {store.url} names no version", hint) from error

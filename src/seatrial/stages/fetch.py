"""fetch: verified copies of what the lock names."""

from __future__ import annotations

from seatrial.model.cache import Cache
from seatrial.model.layout import GOLDEN_SET, MODEL
from seatrial.model.lock import read_lock
from seatrial.results import FetchResult
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.workspace import Workspace


def fetch(settings: Settings, workspace: Workspace) -> FetchResult:
    """Return the folders that hold the locked model and golden set, every byte verified.

    What the cache has is read and verified again, and the store is not asked. Raises RefusedError on a
    digest mismatch, and OutsideError when the store lacks the version, refuses or does not answer, or
    the disk is full; nothing half-written stays.
    """
    stamp = StageRun()
    lock = read_lock(workspace.lock)
    cache = Cache(settings.store, workspace.cache)
    model_path = cache.obtain(MODEL, lock.model)
    golden_path = cache.obtain(GOLDEN_SET, lock.golden)
    return FetchResult(
        **stamp.fields(workspace),
        model=lock.model,
        golden=lock.golden,
        model_path=str(model_path),
        golden_path=str(golden_path),
        bytes_transferred=cache.transferred,
    )

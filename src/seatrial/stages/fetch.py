"""fetch: verified copies of the locked model, golden set and evaluation set."""

from __future__ import annotations

from seatrial.model.artefacts import EVALUATION_SET, GOLDEN_SET, MODEL
from seatrial.model.locks.lock import read_lock
from seatrial.model.published.cache import ArtefactCache
from seatrial.results import FetchResult
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.workspace import Workspace


def fetch(settings: Settings, workspace: Workspace) -> FetchResult:
    """Fetch what `model.lock` names and return the directories, every byte verified.

    A valid cached copy is used without a request to the store. Raises RefusedError on a digest mismatch, and
    OutsideError if the store does not have the version, refuses access or does not answer, or the disk is
    full; no partial copy remains.
    """
    stage_run = StageRun()
    lock = read_lock(workspace.lock)
    cache = ArtefactCache(settings.store, workspace.cache)
    model_path = cache.obtain(MODEL, lock.model)
    golden_path = cache.obtain(GOLDEN_SET, lock.golden)
    evaluation_path = cache.obtain(EVALUATION_SET, lock.evaluation) if lock.evaluation else ""
    return FetchResult(
        **stage_run.fields(workspace),
        model=lock.model,
        golden=lock.golden,
        model_path=str(model_path),
        golden_path=str(golden_path),
        evaluation=lock.evaluation,
        evaluation_path=str(evaluation_path),
        bytes_transferred=cache.transferred,
    )

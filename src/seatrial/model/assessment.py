"""A candidate model assessed on behalf of `validate` and `update`."""

from __future__ import annotations

from pathlib import Path

from seatrial.errors import RefusedError
from seatrial.model.cache import Cache
from seatrial.model.check_table import as_text
from seatrial.model.evaluation import judge
from seatrial.model.layout import GOLDEN_SET, MODEL, Kind, verified
from seatrial.model.lock import Lock
from seatrial.release.live_model import live_model
from seatrial.results import Check
from seatrial.settings import Settings
from seatrial.stores.protocol import MissingError
from seatrial.workspace import Workspace


def assess(
    settings: Settings, workspace: Workspace, lock: Lock, model: Path, golden: Path
) -> tuple[Check, ...]:
    """Return a verdict on every promise of the fetched folders of a lock, the live model's among them."""
    files = [_whole(MODEL, model, lock.model.digest), _whole(GOLDEN_SET, golden, lock.golden.digest)]
    if not all(verdict.passed for verdict in files):
        return tuple(files)
    live = _live(settings, workspace, lock)
    return (*files, *judge(model, golden, live, settings.validation))


def refusal(lock: Lock, verdicts: tuple[Check, ...]) -> RefusedError:
    """Return the error that names a failing model, with the table of verdicts as its log."""
    failed = [verdict.name for verdict in verdicts if not verdict.passed]
    return RefusedError(
        f"model {lock.model.name} {lock.model.version} failed {len(failed)} of {len(verdicts)} promises: "
        f"{', '.join(failed[:3])}",
        "train or export it anew, publish that as a new version, then lock it",
        log=as_text(verdicts),
    )


def _whole(kind: Kind, folder: Path, digest: str) -> Check:
    try:
        verified(kind, folder, digest)
    except RefusedError as error:
        return Check(name=f"{kind.word}: every byte", passed=False, detail=error.message)
    return Check(name=f"{kind.word}: every byte", passed=True, detail=digest)


def _live(settings: Settings, workspace: Workspace, lock: Lock) -> Path | None:
    from seatrial.system import SERVICES

    live = live_model(settings, workspace, SERVICES)
    if live is None or live.digest == lock.model.digest:
        return None
    try:
        return Cache(settings.store, workspace.cache).obtain(MODEL, live)
    except MissingError:
        return None

"""The golden set of an image: from the cache, or fetched from the store by name and version."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from seatrial.errors import UsageError
from seatrial.model.artefacts import GOLDEN_SET, check_names
from seatrial.model.locks.history import earlier_locks, lock_of
from seatrial.model.locks.lock import DIGEST, Lock, read_lock
from seatrial.model.published.cache import ArtefactCache, cached_artefact
from seatrial.results import Artefact
from seatrial.settings import Settings
from seatrial.workspace import Workspace


def golden_set_directory(
    settings: Settings, workspace: Workspace, artefact: Artefact, revision: str = ""
) -> Path:
    """Return the verified directory of a golden set; fetch it from the store if it is not cached.

    Images and records of older versions have only the digest: name and version are then empty, and are looked
    up in model.lock, in that of `revision`, and in earlier ones. Raises UsageError if no lock has the digest,
    or if digest, name or version is not valid, else the errors of ArtefactCache.obtain.
    """
    # It is from image labels or a record, and part of a path in the cache.
    if not DIGEST.fullmatch(artefact.digest):
        raise UsageError(
            f"{artefact.digest!r} is not a valid digest of a golden set", "it is sha256:<64 hex digits>"
        )
    if cached := cached_artefact(workspace.cache, GOLDEN_SET, artefact.digest):
        return cached
    if not (artefact.name and artefact.version):
        artefact = _named_by_a_lock(workspace, artefact.digest, revision)
    return ArtefactCache(settings.store, workspace.cache).obtain(GOLDEN_SET, check_names(artefact))


def _named_by_a_lock(workspace: Workspace, digest: str, revision: str) -> Artefact:
    for lock in _locks(workspace, revision):
        if lock.golden.digest == digest:
            return lock.golden
    raise UsageError(
        f"golden set {digest} is not cached, and no model.lock in git has its name and version",
        "fetch the commit of the image with git, or run `make fetch` in a checkout that has it",
    )


def _locks(workspace: Workspace, revision: str) -> Iterator[Lock]:
    with suppress(UsageError):
        yield read_lock(workspace.lock)
    if lock := lock_of(workspace, revision):
        yield lock
    yield from earlier_locks(workspace)

"""Golden sets from the cache and the store."""

from __future__ import annotations

from imagemodel.errors import ImageModelError
from imagemodel.golden import GoldenSet, load_golden
from seatrial.errors import UsageError
from seatrial.model.cache import Cache
from seatrial.model.layout import GOLDEN_SET
from seatrial.model.lock import read_lock
from seatrial.model.lock_history import lock_of
from seatrial.results import Artefact
from seatrial.settings import Settings
from seatrial.workspace import Workspace


class StoredGoldenSets:
    """Loads golden sets from the cache, or by name and version from the store."""

    def load(
        self, settings: Settings, workspace: Workspace, artefact: Artefact, revision: str = ""
    ) -> GoldenSet:
        """Return a golden set; one without a name is looked up in the lock, then in the revision's lock.

        Raises UsageError if no lock names it, and what fetching raises.
        """
        found = self.cached(workspace, artefact.digest)
        if found:
            return found
        named = artefact if artefact.name else _named(workspace, artefact.digest, revision)
        folder = Cache(settings.store, workspace.cache).obtain(GOLDEN_SET, named)
        return load_golden(folder, artefact.digest)

    def cached(self, workspace: Workspace, digest: str) -> GoldenSet | None:
        """Return a golden set if it is in the cache, without a request to the store."""
        folder = workspace.cache / GOLDEN_SET.folder / digest.removeprefix("sha256:")
        try:
            return load_golden(folder, digest)
        except (ImageModelError, OSError):
            return None


def _named(workspace: Workspace, digest: str, revision: str) -> Artefact:
    locks = [read_lock(workspace.lock), lock_of(workspace, revision) if revision else None]
    for lock in locks:
        if lock and lock.golden.digest == digest:
            return lock.golden
    raise UsageError(
        f"golden set {digest[:19]}… is not in the cache, and no lock here names it",
        "make fetch in a checkout of the commit whose model.lock names it",
    )

"""models: list, show and compare the models that are published in the store."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from seatrial.errors import UsageError
from seatrial.model.artefacts import MODEL
from seatrial.model.locks.lock import read_lock
from seatrial.model.published.version_index import PublishedVersion, VersionIndex
from seatrial.settings import Settings
from seatrial.stores.choose import open_store
from seatrial.workspace import Workspace


class ModelsResult(BaseModel):
    """A page of the published versions of a model, the last published first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    versions: tuple[PublishedVersion, ...]
    unindexed: tuple[str, ...] = ()


def models(
    settings: Settings,
    workspace: Workspace,
    name: str = "",
    *,
    limit: int = 50,
    skip: int = 0,
    rebuild: bool = False,
) -> ModelsResult:
    """Return up to `limit` versions of a model, the last published first, after `skip` of them.

    Without `name` it is the locked model. With `rebuild` the versions that an older program published are
    added to the index first. They are returned by name if the index is empty, as `unindexed`. Raises
    UsageError if a number is out of range.
    """
    if not (1 <= limit <= 10_000 and skip >= 0):
        raise UsageError("--limit is from 1 to 10000, --skip at least 0", "see --help")
    name = name or read_lock(workspace.lock).model.name
    index = VersionIndex(open_store(settings.store), MODEL, name, settings.store.connections)
    if rebuild:
        for version in index.unindexed():
            index.add(version)
    found = index.newest(limit, skip)
    unindexed = () if found or skip else tuple(index.versions()[:limit])
    return ModelsResult(name=name, versions=tuple(found), unindexed=unindexed)

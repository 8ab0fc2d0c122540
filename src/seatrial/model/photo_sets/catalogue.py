"""The golden and evaluation sets in a store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from multiprocessing.pool import ThreadPool
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from seatrial.model.artefacts import EVALUATION_SET, GOLDEN_SET, INDEX, PUBLICATION, ArtefactKind
from seatrial.stores.protocol import BlobStore

KINDS: Final = (GOLDEN_SET, EVALUATION_SET)


class PublishedSet(BaseModel):
    """A version of a set in a store; the digest, who published it and when are empty without a record.

    A version without a publication record was interrupted, or is being published.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: str = ""
    name: str
    version: str
    digest: str = ""
    publisher: str = ""
    published: str = ""
    revision: str = ""


def published_sets(store: BlobStore, connections: int) -> list[PublishedSet]:
    """Return every version in the store, by kind and name, the one that was published last first.

    Reads one small document for each version, `connections` at a time. Raises the errors of the store.
    """
    versions = list(_versions(store))
    with ThreadPool(max(1, min(connections, len(versions)))) as pool:
        found = pool.map(lambda version: _published(store, *version), versions)
    # Sorting is stable: first by time, then by kind and name.
    found.sort(key=lambda each: each.published, reverse=True)
    titles = [kind.title for kind in KINDS]
    return sorted(found, key=lambda each: (titles.index(each.kind), each.name))


def versions_of(store: BlobStore, kind: ArtefactKind, name: str) -> Sequence[str]:
    """Return the versions of a set in the store."""
    return [each for each in _folders(store, f"{kind.folder}/{name}/") if each != INDEX]


def _versions(store: BlobStore) -> Iterator[tuple[ArtefactKind, str, str]]:
    for kind in KINDS:
        for name in _folders(store, f"{kind.folder}/"):
            for version in versions_of(store, kind, name):
                yield kind, name, version


def _folders(store: BlobStore, prefix: str) -> list[str]:
    return [name.removesuffix("/") for name in store.names(prefix) if name.endswith("/")]


def _published(store: BlobStore, kind: ArtefactKind, name: str, version: str) -> PublishedSet:
    bare = PublishedSet(kind=kind.title, name=name, version=version)
    found = store.read(f"{kind.folder}/{name}/{version}/{PUBLICATION}")
    try:
        record = PublishedSet.model_validate_json(found.content) if found else bare
    except ValidationError:
        record = bare
    # The key decides what a version is called.
    return record.model_copy(update={"kind": kind.title, "name": name, "version": version})

"""The index of the published versions by time: one key for each version, so that the newest come first.

The keys are `models/<name>/by-time/<milliseconds to the year 5138>-<version>.json`, with a copy of the
publication record. `publish` creates its key and changes no other, so publishers do not wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from multiprocessing.pool import ThreadPool

from pydantic import BaseModel, ConfigDict, ValidationError

from seatrial.errors import UsageError
from seatrial.model.artefacts import (
    CHANNELS,
    INDEX,
    PUBLICATION,
    ArtefactKind,
    channel_key,
    channel_target,
    check_names,
)
from seatrial.results import Artefact
from seatrial.stores.protocol import BlobStore, Progress

LAST_MILLISECOND = 99_999_999_999_999
NO_PROGRESS: Progress = lambda _: None  # noqa: E731


class PublishedVersion(BaseModel):
    """A published version: its publication record, and the channels that point to it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    version: str
    digest: str
    publisher: str = ""
    published: str = ""
    revision: str = ""
    channels: tuple[str, ...] = ()


def index_key(kind: ArtefactKind, record: bytes) -> str:
    """Return the key in the index for a publication record. Raises ValueError if it is not valid."""
    found = PublishedVersion.model_validate_json(record)
    at = datetime.fromisoformat(found.published)
    milliseconds = round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
    return f"{kind.folder}/{found.name}/{INDEX}/{LAST_MILLISECOND - milliseconds:014d}-{found.version}.json"


class VersionIndex:
    """The published versions of one model or set in a store."""

    def __init__(self, store: BlobStore, kind: ArtefactKind, name: str, connections: int) -> None:
        check_names(Artefact(name=name, version="0", digest=""))
        self._store, self._kind, self._connections = store, kind, connections
        self.name = name
        self.root = f"{kind.folder}/{name}/"

    def newest(self, limit: int, skip: int = 0) -> list[PublishedVersion]:
        """Return up to `limit` versions, the last published first, after `skip` of them.

        Sends one request for the list, however many versions there are, and one for each that is returned.
        """
        found = islice(self._by_time(limit + skip), skip, skip + limit)
        return self._read([key for key, _ in found])

    def versions(self) -> list[str]:
        """Return every version with a file in the store, also half of one, in the order of the characters."""
        folders = (name for name in self._store.names(self.root) if name.endswith("/"))
        return [name[:-1] for name in folders if name[:-1] not in (CHANNELS, INDEX)]

    def by_time(self) -> list[str]:
        """Return every version in the index, the last published first."""
        return [version for _, version in self._by_time(1000)]

    def unindexed(self) -> list[str]:
        """Return the versions that an older program published, which did not write the index."""
        known = set(self.by_time())
        return [version for version in self.versions() if version not in known]

    def add(self, version: str) -> bool:
        """Add a version to the index, by its publication record; return whether it has a valid one."""
        record = self._store.read(f"{self.root}{version}/{PUBLICATION}")
        try:
            key = index_key(self._kind, record.content) if record else ""
        except ValueError:
            key = ""
        if record and key and self._store.read(key) is None:
            self._store.create(key, record.content, NO_PROGRESS)
        return bool(key)

    def keys_of(self, version: str) -> list[str]:
        """Return the keys of a version in the index; a publication that was repeated may have several."""
        return [key for key, found in self._by_time(1000, repeated=True) if found == version]

    def channels(self) -> dict[str, Artefact]:
        """Return what each channel points to. Raises UsageError if a channel is not valid."""
        names = [name.removesuffix(".json") for name in self._store.names(f"{self.root}{CHANNELS}/")]
        return {name: self._channel(name) for name in names if not name.endswith("/")}

    def _channel(self, name: str) -> Artefact:
        found = self._store.read(channel_key(self.name, name))
        try:
            return channel_target(self.name, found.content if found else b"")
        except ValueError as error:
            hint = f"`seatrial publish … --channel {name}` writes it again"
            raise UsageError(f"channel {name} of {self.name} does not name a version", hint) from error

    def _by_time(self, page: int, *, repeated: bool = False) -> Iterator[tuple[str, str]]:
        seen: set[str] = set()
        for name in self._store.names(f"{self.root}{INDEX}/", page):
            version = name.partition("-")[2].removesuffix(".json")
            if version and (repeated or version not in seen):
                seen.add(version)
                yield f"{self.root}{INDEX}/{name}", version

    def _read(self, keys: list[str]) -> list[PublishedVersion]:
        pointing: dict[str, tuple[str, ...]] = {}
        for channel, artefact in self.channels().items() if keys else ():
            pointing[artefact.version] = (*pointing.get(artefact.version, ()), channel)
        with ThreadPool(min(self._connections, max(1, len(keys)))) as pool:
            documents = pool.map(self._store.read, keys)
        rows = []
        for document in documents:
            try:
                row = PublishedVersion.model_validate_json(document.content if document else b"")
            except ValidationError:
                continue
            rows.append(row.model_copy(update={"channels": pointing.get(row.version, ())}))
        return rows

"""Publishes a version to a store: each file create-only, then the list; the publication record at the end."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from imagemodel.card import digest_of
from imagemodel.seal import canonical_json
from seatrial import progress, wait
from seatrial.errors import OutsideError, RefusedError
from seatrial.model.artefacts import PUBLICATION, channel_key
from seatrial.model.published.publication import PublicationState, Publishable, Upload
from seatrial.model.published.transfer import read_list
from seatrial.model.published.upload import NEW_VERSION, FileUpload
from seatrial.model.published.version_index import VersionIndex, index_key
from seatrial.model.published.version_order import is_newer
from seatrial.results import Artefact
from seatrial.stores.protocol import BlobStore, Document, StoreAccessError
from seatrial.stores.write_access import require_write_access
from seatrial.workspace import Workspace, login_name

CHANNEL_ATTEMPTS: Final = 8


class Publisher:
    """Publishes versions to a store and moves channels."""

    def __init__(self, store: BlobStore, workspace: Workspace, connections: int) -> None:
        self._store = store
        self._workspace = workspace
        self._connections = connections

    def state(self, source: Publishable) -> PublicationState:
        """Return how much of a version is in the store.

        Raises RefusedError if the version is published with another digest.
        """
        found = read_list(self._store, source.kind, source.file_list.artefact, self._connections)
        if found is None:
            return PublicationState.ABSENT
        if found != source.file_list.raw:
            message = f"{source.title} is already published, with another digest ({digest_of(found)})"
            raise RefusedError(message, NEW_VERSION)
        recorded = self._store.read(source.key(PUBLICATION)) is not None
        return PublicationState.COMPLETE if recorded else PublicationState.INTERRUPTED

    def upload(self, source: Publishable) -> Upload:
        """Upload a version, its list last, as far as the store does not have it.

        Safe to repeat after an interruption. Raises RefusedError if another publisher published the version
        with another digest.
        """
        files = source.file_list.files
        upload = FileUpload(self._store, source.folder, source.key, self._connections)
        with progress.transfer(source.title, sum(entry.size for entry in files.values())) as advance:
            missing = upload.run(files, advance)
        created = self._create(source, source.kind.list_name, source.file_list.raw)
        return Upload(created, resumed=not (created and missing))

    def publication_record(self, source: Publishable) -> bytes:
        """Return the record of who publishes a version, now, and from which revision.

        Raises OutsideError if the checkout has no git, UsageError if the person has no name.
        """
        record = {
            **source.file_list.artefact.model_dump(),
            "schema": 1,
            "publisher": self._publisher(),
            "published": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "revision": self._workspace.revision,
        }
        return canonical_json(record)

    def record(self, source: Publishable, record: bytes) -> None:
        """Write the publication record, unless the store has one. It marks the publication as complete.

        The version is added to the index before.
        """
        self._store.create(index_key(source.kind, record), record, _no_progress)
        self._create(source, PUBLICATION, record)

    def require_write_access(self, source: Publishable) -> None:
        """Raise StoreAccessError unless the store accepts writes of a version."""
        require_write_access(self._store, source.key("").rstrip("/"))

    def require_channel_access(self, name: str, channel: str) -> None:
        """Raise StoreAccessError unless the store accepts writes of a model's channels.

        Raises UsageError if a name is not valid.
        """
        require_write_access(self._store, channel_key(name, channel).rpartition("/")[0])

    def add_to_index(self, source: Publishable) -> None:
        """Add a complete version to the index, in which one that an older program published is missing.

        Without the right to write the index stays as it is.
        """
        artefact = source.file_list.artefact
        with suppress(StoreAccessError):
            VersionIndex(self._store, source.kind, artefact.name, self._connections).add(artefact.version)

    def channel(self, name: str, channel: str) -> Document | None:
        """Return the document of a channel, or None if there is none."""
        return self._store.read(channel_key(name, channel))

    def move_channel(self, artefact: Artefact, channel: str, *, only_forward: bool = False) -> str:
        """Point a channel to a version, atomically; of concurrent moves the last one remains.

        With `only_forward` it stays at a version that is not older, and that version is returned.
        """
        return wait.retry(
            lambda: self._replace(artefact, channel, only_forward),
            _ChannelChangedError,
            attempts=CHANNEL_ATTEMPTS,
            every=0.05,
            backoff=1,
        )

    def _replace(self, artefact: Artefact, channel: str, only_forward: bool) -> str:
        key = channel_key(artefact.name, channel)
        content = canonical_json({"version": artefact.version, "digest": artefact.digest})
        found = self._store.read(key)
        if found and found.content == content:
            return ""
        current = _version_in(found)
        if current and only_forward and not is_newer(artefact.version, current):
            return current
        if not self._store.replace(key, content, found.tag if found else None):
            raise _ChannelChangedError(f"{self._store.url}/{key} keeps changing", "run the same again")
        return ""

    def _create(self, source: Publishable, file: str, content: bytes) -> bool:
        key = source.key(file)
        if self._store.create(key, content, _no_progress):
            return True
        # A store refuses a write also for reasons of its own, and the answer to an earlier one may be lost.
        if self._store.read(key) is None:
            raise OutsideError(f"{self._store.url} did not accept {key}", "publish the same again")
        self.state(source)
        return False

    def _publisher(self) -> str:
        return self._workspace.git("config", "user.email", check=False) or login_name()


class _ChannelChangedError(OutsideError):
    """Another publisher moved the channel at the same time."""


def _no_progress(_sent: int) -> None:
    pass


def _version_in(channel: Document | None) -> str:
    try:
        return str(json.loads(channel.content)["version"]) if channel else ""
    except (ValueError, KeyError, TypeError):
        return ""

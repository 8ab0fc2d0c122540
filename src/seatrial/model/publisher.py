"""Publishes a version to a store: each file create-only, the list last, then the publication record."""

from __future__ import annotations

import getpass
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from imagemodel.card import FileEntry, digest_of
from seatrial import progress, wait
from seatrial.errors import OutsideError, RefusedError
from seatrial.model.artefacts import PUBLICATION, ArtefactKind, FileList, channel_key, version_key
from seatrial.model.transfer import has_content
from seatrial.results import Artefact
from seatrial.stores.protocol import BlobStore, Document
from seatrial.workspace import Workspace

NEW_VERSION: Final = "publish under a new version: published versions are immutable"
CHANNEL_ATTEMPTS: Final = 8


@dataclass(frozen=True)
class Publishable:
    """A verified directory to publish."""

    kind: ArtefactKind
    folder: Path
    file_list: FileList

    def key(self, file: str) -> str:
        """Return the key of one of its files in the store."""
        return version_key(self.kind, self.file_list.artefact, file)


class Publisher:
    """Publishes versions to a store and moves channels."""

    def __init__(self, store: BlobStore, workspace: Workspace, connections: int) -> None:
        self._store = store
        self._workspace = workspace
        self._connections = connections

    def is_published(self, source: Publishable, *, same_is_fine: bool) -> bool:
        """Return whether the store has exactly this version.

        Raises RefusedError if the version has another digest, or (without `same_is_fine`) the same.
        """
        found = self._store.read(source.key(source.kind.list_name))
        if found is None:
            return False
        artefact = source.file_list.artefact
        title = f"{source.kind.title} {artefact.name} {artefact.version} is already published"
        if found.content != source.file_list.raw:
            raise RefusedError(f"{title}, with another digest ({digest_of(found.content)})", NEW_VERSION)
        if not same_is_fine:
            raise RefusedError(f"{title}, with the same digest", "use --if-absent to accept that")
        return True

    def upload(self, source: Publishable) -> bool:
        """Upload a version, its list last; return False if another publisher has just published the same.

        Safe to repeat after an interruption. Raises RefusedError if another publisher published the version
        with another digest.
        """
        for name, entry in sorted(source.file_list.files.items()):
            self._upload_file(source, name, entry)
        if self._store.create(source.key(source.kind.list_name), source.file_list.raw, _no_progress):
            return True
        return not self.is_published(source, same_is_fine=True)

    def record(self, source: Publishable) -> None:
        """Write who published a version, when and from which revision, unless the store has that record."""
        if self._store.read(source.key(PUBLICATION)):
            return
        record = {
            **source.file_list.artefact.model_dump(),
            "schema": 1,
            "publisher": self._publisher(),
            "published": datetime.now(UTC).isoformat(timespec="seconds"),
            "revision": self._workspace.revision,
        }
        self._store.create(source.key(PUBLICATION), _document(record), _no_progress)

    def channel(self, name: str, channel: str) -> Document | None:
        """Return the document of a channel, or None if there is none."""
        return self._store.read(channel_key(name, channel))

    def move_channel(self, artefact: Artefact, channel: str) -> None:
        """Point a channel to a version, atomically; of concurrent moves the last one remains."""
        key = channel_key(artefact.name, channel)
        content = _document({"version": artefact.version, "digest": artefact.digest})
        wait.retry(
            lambda: self._replace(key, content),
            _ChannelChangedError,
            attempts=CHANNEL_ATTEMPTS,
            every=0.05,
            backoff=1,
        )

    def _replace(self, key: str, content: bytes) -> None:
        found = self._store.read(key)
        if found and found.content == content:
            return
        if not self._store.replace(key, content, found.tag if found else None):
            raise _ChannelChangedError(f"{self._store.url}/{key} keeps changing", "run the same again")

    def _upload_file(self, source: Publishable, name: str, entry: FileEntry) -> None:
        key, sent = source.key(name), 0
        with progress.transfer(key, entry.size) as advance:

            def sent_so_far(total: int) -> None:
                nonlocal sent
                advance(total - sent)
                sent = total

            created = self._store.create(key, source.folder / name, sent_so_far)
        if not created and not has_content(self._store, key, entry, self._connections):
            blob = f"{self._store.url}/{key}"
            raise RefusedError(f"{blob} exists with other bytes, of another publisher", NEW_VERSION)

    def _publisher(self) -> str:
        return self._workspace.git("config", "user.email", check=False) or getpass.getuser()


class _ChannelChangedError(OutsideError):
    """Another publisher moved the channel at the same time."""


def _no_progress(_sent: int) -> None:
    pass


def _document(fields: dict[str, Any]) -> bytes:
    return (json.dumps(fields, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()

"""How a version gets into a store: every file create-only, the list last, then the record of who and when."""

from __future__ import annotations

import getpass
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tenacity import RetryError, Retrying, retry_if_result, stop_after_attempt, wait_random_exponential

from imagemodel.card import FileEntry, digest_of
from seatrial import progress
from seatrial.errors import OutsideError, RefusedError
from seatrial.model.layout import PUBLICATION, Kind, Listing, channel_key, version_key
from seatrial.model.transfer import holds
from seatrial.process import run
from seatrial.results import Artefact
from seatrial.stores.protocol import Document, Store
from seatrial.workspace import Workspace

NEW_VERSION: Final = "publish under a new version: a published one is never changed"


@dataclass(frozen=True)
class Part:
    """A verified folder that is to be published."""

    kind: Kind
    folder: Path
    listing: Listing

    def key(self, file: str) -> str:
        """Return where one of its files goes in the store."""
        return version_key(self.kind, self.listing.artefact, file)


class Publication:
    """One publisher's way into a store."""

    def __init__(self, store: Store, workspace: Workspace, connections: int) -> None:
        self._store = store
        self._workspace = workspace
        self._connections = connections

    def has(self, part: Part, *, same_is_fine: bool) -> bool:
        """Return whether the store has just this version.

        Raises RefusedError when it has another under that name, or (without `same_is_fine`) the same.
        """
        found = self._store.read(part.key(part.kind.list_name))
        if found is None:
            return False
        artefact = part.listing.artefact
        title = f"{part.kind.word} {artefact.name} {artefact.version} is already published"
        if found.content != part.listing.raw:
            raise RefusedError(f"{title}, with another digest ({digest_of(found.content)})", NEW_VERSION)
        if not same_is_fine:
            raise RefusedError(f"{title}, just like this", "use --if-absent where that is no error")
        return True

    def put(self, part: Part) -> bool:
        """Upload a version, its list last; return False where another publisher just did the same.

        May be repeated after it was killed. Raises RefusedError when another publisher was first.
        """
        for name, entry in sorted(part.listing.files.items()):
            self._upload(part, name, entry)
        if self._store.create(part.key(part.kind.list_name), part.listing.raw, _unwatched):
            return True
        return not self.has(part, same_is_fine=True)

    def record(self, part: Part) -> None:
        """Write down who published a version, when and from which revision, unless that was done."""
        if self._store.read(part.key(PUBLICATION)):
            return
        record = {
            **part.listing.artefact.model_dump(),
            "schema": 1,
            "publisher": _publisher(self._workspace),
            "published": datetime.now(UTC).isoformat(timespec="seconds"),
            "revision": self._workspace.revision,
        }
        self._store.create(part.key(PUBLICATION), _document(record), _unwatched)

    def channel(self, name: str, channel: str) -> Document | None:
        """Return a channel's pointer as it is."""
        return self._store.read(channel_key(name, channel))

    def point(self, artefact: Artefact, channel: str) -> None:
        """Move a channel to a version, atomically; of two movers at once the later one wins, whole."""
        key = channel_key(artefact.name, channel)
        content = _document({"version": artefact.version, "digest": artefact.digest})
        tries = Retrying(
            stop=stop_after_attempt(8),
            wait=wait_random_exponential(0.05, 1),
            retry=retry_if_result(lambda moved: not moved),
        )
        try:
            tries(self._move, key, content)
        except RetryError as error:
            raise OutsideError(f"{self._store.url}/{key} keeps changing", "run the same again") from error

    def _move(self, key: str, content: bytes) -> bool:
        found = self._store.read(key)
        if found and found.content == content:
            return True
        return self._store.replace(key, content, found.tag if found else None)

    def _upload(self, part: Part, name: str, entry: FileEntry) -> None:
        key, sent = part.key(name), 0
        with progress.transfer(key, entry.size) as advance:

            def so_far(total: int) -> None:
                nonlocal sent
                advance(total - sent)
                sent = total

            created = self._store.create(key, part.folder / name, so_far)
        if not created and not holds(self._store, key, entry, self._connections):
            where = f"{self._store.url}/{key}"
            raise RefusedError(f"{where} is there with other bytes: another publisher's", NEW_VERSION)


def _unwatched(_sent: int) -> None:
    pass


def _document(fields: dict[str, Any]) -> bytes:
    return (json.dumps(fields, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _publisher(workspace: Workspace) -> str:
    told = run(["git", "config", "user.email"], timeout=10, cwd=workspace.root, check=False)
    return told.output.strip() or getpass.getuser()

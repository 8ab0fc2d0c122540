"""How a version gets into a store: every file create-only, the list last, then the record of who and when."""

from __future__ import annotations

import getpass
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tenacity import RetryError, Retrying, retry_if_result, stop_after_attempt, wait_random_exponential

from modelkit.card import FileEntry, digest_of
from seatrial import progress
from seatrial.errors import OutsideError, RefusedError
from seatrial.layout import PUBLICATION, Kind, Listing, channel_key, version_key
from seatrial.process import run
from seatrial.results import Artefact
from seatrial.stores.protocol import Document, Store
from seatrial.transfer import Pace, holds
from seatrial.workspace import Workspace

NEW_VERSION: Final = "publish under a new version: a published one is never changed"


class Publication:
    """One publisher's way into a store."""

    def __init__(self, store: Store, workspace: Workspace, pace: Pace, if_absent: bool) -> None:
        self._store = store
        self._workspace = workspace
        self._pace = pace
        self._if_absent = if_absent

    def put(self, kind: Kind, folder: Path, listing: Listing) -> bool:
        """Publish a verified folder; return False where the same was there already (with `if_absent`).

        May be repeated after it was killed. Raises RefusedError when the version is taken, by the same
        without `if_absent` or by another.
        """
        created = False
        if not self._published(kind, listing, self._if_absent):
            self._upload(kind, folder, listing)
            created = self._create(kind, listing, kind.list_name, listing.raw)
            if not created:
                self._published(kind, listing, True)
        self._record(kind, listing)
        return created

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

    def _published(self, kind: Kind, listing: Listing, same_is_fine: bool) -> bool:
        artefact = listing.artefact
        found = self._store.read(version_key(kind, artefact, kind.list_name))
        if found is None:
            return False
        title = f"{kind.word} {artefact.name} {artefact.version} is already published"
        if found.content != listing.raw:
            raise RefusedError(f"{title}, with another digest ({digest_of(found.content)})", NEW_VERSION)
        if not same_is_fine:
            raise RefusedError(f"{title}, just like this", "use --if-absent where that is no error")
        return True

    def _upload(self, kind: Kind, folder: Path, listing: Listing) -> None:
        for name, entry in sorted(listing.files.items()):
            if not self._create(kind, listing, name, folder / name, entry):
                self._same_or_refuse(version_key(kind, listing.artefact, name), entry)

    def _create(
        self, kind: Kind, listing: Listing, name: str, source: Path | bytes, entry: FileEntry | None = None
    ) -> bool:
        key = version_key(kind, listing.artefact, name)
        if entry is None:
            return self._store.create(key, source, lambda _sent: None)
        sent = 0
        with progress.transfer(key, entry.size) as advance:

            def so_far(total: int) -> None:
                nonlocal sent
                advance(total - sent)
                sent = total

            return self._store.create(key, source, so_far)

    def _same_or_refuse(self, key: str, entry: FileEntry) -> None:
        if not holds(self._store, key, entry, self._pace):
            raise RefusedError(
                f"{self._store.url}/{key} is there with other bytes: another publisher's", NEW_VERSION
            )

    def _record(self, kind: Kind, listing: Listing) -> None:
        record = {
            **listing.artefact.model_dump(),
            "schema": 1,
            "publisher": _publisher(self._workspace),
            "published": datetime.now(UTC).isoformat(timespec="seconds"),
            "revision": self._workspace.revision,
        }
        self._create(kind, listing, PUBLICATION, _document(record))


def _document(fields: dict[str, Any]) -> bytes:
    return (json.dumps(fields, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _publisher(workspace: Workspace) -> str:
    told = run(["git", "config", "user.email"], timeout=10, cwd=workspace.root, check=False)
    return told.output.strip() or getpass.getuser()

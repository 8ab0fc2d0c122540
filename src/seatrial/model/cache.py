"""Fetched artefacts by digest, verified on every use."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from imagemodel.card import digest_of
from seatrial import progress
from seatrial.errors import OutsideError, RefusedError
from seatrial.model.layout import Kind, Listing, parse_listing, verified, version_key
from seatrial.model.transfer import download
from seatrial.results import Artefact
from seatrial.settings import Store as StoreSettings
from seatrial.stores.choose import open_store
from seatrial.stores.protocol import MissingError, Store


class Cache:
    """A folder of artefacts, filled from the store; `transferred` counts the bytes of this object's life."""

    def __init__(self, settings: StoreSettings, root: Path) -> None:
        self._settings = settings
        self._root = root
        self.transferred = 0

    @cached_property
    def _store(self) -> Store:
        return open_store(self._settings)

    def obtain(self, kind: Kind, artefact: Artefact) -> Path:
        """Return the artefact's folder, verified; from the store where the cache has none that is whole."""
        folder = self._root / kind.folder / artefact.digest.removeprefix("sha256:")
        if self._has(kind, folder, artefact):
            return folder
        with _space_watched(folder.parent), _beside(folder) as fresh:
            listing = self._list(kind, artefact)
            self._fill(kind, listing, fresh)
            verified(kind, fresh, artefact.digest)
            self._install(kind, fresh, folder, artefact)
        return folder

    def _has(self, kind: Kind, folder: Path, artefact: Artefact) -> bool:
        try:
            return folder.is_dir() and bool(verified(kind, folder, artefact.digest))
        except RefusedError:
            return False

    def _list(self, kind: Kind, artefact: Artefact) -> Listing:
        found = self._store.read(version_key(kind, artefact, kind.list_name))
        title = f"{kind.word} {artefact.name} {artefact.version}"
        if found is None:
            raise MissingError(
                f"{self._store.url} has no {title}", "publish it (`make publish`), or mend model.lock"
            )
        if digest_of(found.content) != artefact.digest:
            raise RefusedError(
                f"{title} in {self._store.url}: digest mismatch, expected {artefact.digest}, "
                f"found {digest_of(found.content)}",
                "model.lock names another publication, or somebody changed the store",
            )
        return parse_listing(kind, found.content)

    def _fill(self, kind: Kind, listing: Listing, folder: Path) -> None:
        artefact, total = listing.artefact, sum(entry.size for entry in listing.files.values())
        (folder / kind.list_name).write_bytes(listing.raw)
        with progress.transfer(f"{artefact.name} {artefact.version}", total) as advance:
            for name, entry in listing.files.items():
                key = version_key(kind, artefact, name)
                download(self._store, key, entry, folder / name, self._settings.connections, advance)
        self.transferred += total + len(listing.raw)

    def _install(self, kind: Kind, fresh: Path, folder: Path, artefact: Artefact) -> None:
        try:
            fresh.rename(folder)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            # Somebody else may just have fetched the same; else what lies there is damaged.
            if not self._has(kind, folder, artefact):
                with _beside(folder) as waste:
                    folder.rename(waste / "damaged")
                    fresh.rename(folder)


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".", suffix=".part"))
    temporary.chmod(0o755)
    try:
        yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def _space_watched(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise OutsideError(
            f"the disk of {folder} is full", "free some space, or point SEATRIAL_CACHE to another disk"
        ) from error

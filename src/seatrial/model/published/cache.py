"""Local copies of published artefacts, keyed by digest and verified on each use."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path

from imagemodel.card import digest_of
from seatrial import progress
from seatrial.atomic_files import remove_abandoned, temporary_directory
from seatrial.errors import OutsideError, RefusedError
from seatrial.model.artefacts import ArtefactKind, FileList, parse_file_list, verified, version_key
from seatrial.model.published.download import Download
from seatrial.model.published.partial_copy import PartialCopy, partial_copy, remove_copy, remove_old_copies
from seatrial.model.published.transfer import read_list
from seatrial.results import Artefact
from seatrial.settings import Store as StoreSettings
from seatrial.stores.protocol import BlobNotFoundError, BlobStore


class ArtefactCache:
    """A directory of artefacts, filled from the store; `transferred` counts the bytes fetched so far."""

    def __init__(self, settings: StoreSettings, root: Path) -> None:
        self._settings = settings
        self._root = root
        self.transferred = 0

    @cached_property
    def _store(self) -> BlobStore:
        # Imported on use: a cached copy needs no HTTP client, whose import takes a good part of a second.
        from seatrial.stores.choose import open_store

        return open_store(self._settings)

    def obtain(self, kind: ArtefactKind, artefact: Artefact) -> Path:
        """Return the directory of an artefact, verified; fetch it if the cached copy is missing or damaged.

        Raises BlobNotFoundError if the store does not have the version, RefusedError if its digest or a file
        is not what was published, OutsideError if the disk is full or the store fails. An interrupted
        download, and one whose store does not answer, is continued by the next.
        """
        folder = _directory(self._root, kind, artefact.digest)
        remove_abandoned(folder.parent)
        remove_old_copies(folder.parent)
        if found := cached_artefact(self._root, kind, artefact.digest):
            remove_copy(folder.parent, folder.name)
            return found
        file_list = self._file_list(kind, artefact)
        with _full_disk_errors(folder.parent), partial_copy(folder.parent, folder.name) as copy:
            self._fill(kind, file_list, copy)
            _install(kind, copy.files, folder, artefact.digest)
        return folder

    def _file_list(self, kind: ArtefactKind, artefact: Artefact) -> FileList:
        raw = read_list(self._store, kind, artefact, self._settings.connections)
        title = f"{kind.title} {artefact.name} {artefact.version}"
        if raw is None:
            raise BlobNotFoundError(
                f"{self._store.url} has no {title}", "publish it (`make publish`), or fix model.lock"
            )
        if digest_of(raw) != artefact.digest:
            raise RefusedError(
                f"{title} in {self._store.url}: digest mismatch, expected {artefact.digest}, "
                f"found {digest_of(raw)}",
                "model.lock is of another publication, or the store was changed",
            )
        return parse_file_list(kind, raw)

    def _fill(self, kind: ArtefactKind, file_list: FileList, copy: PartialCopy) -> None:
        artefact, total = file_list.artefact, sum(entry.size for entry in file_list.files.values())
        copy.keep_only({*file_list.files})
        (copy.files / kind.list_name).write_bytes(file_list.raw)
        download = Download(self._store, copy, partial(version_key, kind, artefact))
        with progress.transfer(f"{artefact.name} {artefact.version}", total) as advance:
            download.run(file_list.files, self._settings.connections, advance)
        self.transferred += download.received + len(file_list.raw)


def cached_artefact(root: Path, kind: ArtefactKind, digest: str) -> Path | None:
    """Return the directory of an artefact in the cache `root`, verified, or None. Sends no request."""
    folder = _directory(root, kind, digest)
    return folder if _is_valid(kind, folder, digest) else None


def _directory(root: Path, kind: ArtefactKind, digest: str) -> Path:
    return root / kind.folder / digest.removeprefix("sha256:")


def _is_valid(kind: ArtefactKind, folder: Path, digest: str) -> bool:
    try:
        return folder.is_dir() and bool(verified(kind, folder, digest))
    except RefusedError:
        return False


def _install(kind: ArtefactKind, fresh: Path, folder: Path, digest: str) -> None:
    try:
        fresh.rename(folder)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        # Another process may have installed the same artefact; otherwise the present copy is damaged.
        if not _is_valid(kind, folder, digest):
            with temporary_directory(folder.parent) as waste:
                folder.rename(waste / "damaged")
                fresh.rename(folder)


@contextmanager
def _full_disk_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise OutsideError(
            f"the disk of {folder} is full", "free some space, or point SEATRIAL_CACHE to another disk"
        ) from error

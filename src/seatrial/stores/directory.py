"""A plain directory, local or on a network share."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from seatrial import wait
from seatrial.atomic_files import temporary_file
from seatrial.errors import OutsideError
from seatrial.settings import Store as StoreSettings
from seatrial.stores.location import parse_store_url
from seatrial.stores.protocol import (
    DOCUMENT_LIMIT,
    BlobNotFoundError,
    Document,
    Progress,
    StoreAccessError,
)

LOCK_POLL_SECONDS = 0.05


class DirectoryStore:
    """Files in a directory; a hard link to a complete file creates a key atomically."""

    def __init__(self, settings: StoreSettings) -> None:
        self.url = settings.url
        self._seconds = settings.timeout_seconds
        self._root = Path(parse_store_url(settings.url).path)

    def read(self, key: str) -> Document | None:
        """Return a document and its sha256, or None if there is none."""
        try:
            content = self.read_range(key, 0, DOCUMENT_LIMIT + 1)
        except BlobNotFoundError:
            return None
        return Document(content, hashlib.sha256(content).hexdigest())

    def size(self, key: str) -> int:
        """Return the size of a file in bytes."""
        with self._store_errors(key):
            return (self._root / key).stat().st_size

    def read_range(self, key: str, start: int, length: int) -> bytes:
        """Return a range of a file."""
        with self._store_errors(key), (self._root / key).open("rb") as file:
            file.seek(start)
            return file.read(length)

    def names(self, prefix: str, page: int = 1000) -> Iterator[str]:  # noqa: ARG002
        """Yield the names in a directory; temporary files are hidden."""
        with self._store_errors(prefix):
            folder = self._root / prefix
            entries = list(os.scandir(folder)) if folder.is_dir() else []
        # A directory comes where the store's `/` puts it: "a-b" before "a/".
        yield from sorted(
            entry.name + ("/" if entry.is_dir() else "") for entry in entries if entry.name[0] != "."
        )

    def delete(self, key: str) -> None:
        """Remove a file, and the directories that are then empty."""
        path = self._root / key
        with self._store_errors(key):
            path.unlink(missing_ok=True)
        for folder in path.relative_to(self._root).parents[:-1]:
            # Another process may be writing into it.
            with suppress(OSError):
                (self._root / folder).rmdir()

    def create(self, key: str, source: Path | bytes, progress: Progress) -> bool:
        """Write a temporary file and link it to the key; linking fails if the key exists."""
        with self._store_errors(key), self._written(key, source) as temporary:
            try:
                os.link(temporary, self._root / key)
            except FileExistsError:
                return False
            progress(temporary.stat().st_size)
            return True

    def replace(self, key: str, content: bytes, tag: str | None) -> bool:
        """Compare and rename under an advisory lock on the directory of the document."""
        folder = (self._root / key).parent
        if tag is not None and not folder.is_dir():
            return self._refused_there(key, folder)
        with self._store_errors(key), self._written(key, content) as temporary, self._locked(key):
            found = self.read(key)
            if (found.tag if found else None) != tag:
                return False
            temporary.replace(self._root / key)
            return True

    def _refused_there(self, key: str, folder: Path) -> bool:
        """Return False, because the directory has no document with a tag, unless it could not be made."""
        nearest = next(each for each in folder.parents if each.exists())
        if not nearest.is_dir():
            raise OutsideError(f"{self.url}/{key}: {nearest} is not a directory", "check store.url")
        with self._store_errors(key), temporary_file(nearest):
            return False

    @contextmanager
    def _written(self, key: str, source: Path | bytes) -> Iterator[Path]:
        with temporary_file((self._root / key).parent) as temporary:
            with temporary.open("wb") as file:
                _copy(source, file)
            temporary.chmod(0o644)
            yield temporary

    @contextmanager
    def _locked(self, key: str) -> Iterator[None]:
        # The directory itself is locked, so that no lock file becomes a key of the store.
        descriptor = os.open((self._root / key).parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            wait.retry(
                lambda: fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB),
                BlockingIOError,
                seconds=self._seconds,
                every=LOCK_POLL_SECONDS,
            )
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def _store_errors(self, key: str) -> Iterator[None]:
        blob = f"{self.url}/{key}"
        try:
            yield
        except (FileNotFoundError, NotADirectoryError) as error:
            raise BlobNotFoundError(
                f"{blob} is not in the store", "compare model.lock with what is published"
            ) from error
        except PermissionError as error:
            raise StoreAccessError(
                f"the store refuses access to {blob}", "grant this user access to it"
            ) from error
        except OSError as error:
            fix = "free some space there" if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
            raise OutsideError(f"the store failed on {blob}: {error.strerror}", fix) from error


def _copy(source: Path | bytes, file: BinaryIO) -> None:
    if isinstance(source, bytes):
        file.write(source)
    else:
        with source.open("rb") as original:
            shutil.copyfileobj(original, file, 1 << 20)
    file.flush()
    os.fsync(file.fileno())

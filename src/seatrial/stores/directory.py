"""A plain directory, on this machine or on a share."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from seatrial.errors import OutsideError
from seatrial.settings import Store as StoreSettings
from seatrial.stores.protocol import LIMIT, AccessError, Document, MissingError, Progress


class DirectoryStore:
    """Files under a folder; a key is taken by a hard link, which is whole from its first moment."""

    def __init__(self, settings: StoreSettings) -> None:
        self.url = settings.url
        self._seconds = settings.timeout_seconds
        self._root = Path(unquote(urlsplit(settings.url).path))

    def read(self, key: str) -> Document | None:
        """Return a document and its sha256, or None where there is none."""
        try:
            content = self.read_range(key, 0, LIMIT + 1)
        except MissingError:
            return None
        return Document(content, hashlib.sha256(content).hexdigest())

    def size(self, key: str) -> int:
        """Return a file's size in bytes."""
        with self._translated(key):
            return (self._root / key).stat().st_size

    def read_range(self, key: str, start: int, length: int) -> bytes:
        """Return a part of a file."""
        with self._translated(key), (self._root / key).open("rb") as file:
            file.seek(start)
            return file.read(length)

    def create(self, key: str, source: Path | bytes, progress: Progress) -> bool:
        """Write beside the key, then link: the link fails where the key is taken."""
        with self._translated(key), self._written(key, source) as temporary:
            try:
                os.link(temporary, self._root / key)
            except FileExistsError:
                return False
            progress(temporary.stat().st_size)
            return True

    def replace(self, key: str, content: bytes, tag: str | None) -> bool:
        """Compare and rename under an advisory lock on the document's folder."""
        with self._translated(key), self._written(key, content) as temporary, self._held(key):
            found = self.read(key)
            if (found.tag if found else None) != tag:
                return False
            temporary.replace(self._root / key)
            return True

    @contextmanager
    def _written(self, key: str, source: Path | bytes) -> Iterator[Path]:
        folder = (self._root / key).parent
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                _copy(source, file)
            Path(name).chmod(0o644)
            yield Path(name)
        finally:
            Path(name).unlink(missing_ok=True)

    @contextmanager
    def _held(self, key: str) -> Iterator[None]:
        descriptor = os.open((self._root / key).parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            _hold(descriptor, self._seconds)
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def _translated(self, key: str) -> Iterator[None]:
        where = f"{self.url}/{key}"
        try:
            yield
        except (FileNotFoundError, NotADirectoryError) as error:
            raise MissingError(
                f"{where} is not in the store", "see what is published, and model.lock"
            ) from error
        except PermissionError as error:
            raise AccessError(f"the store refuses access to {where}", "give yourself access to it") from error
        except OSError as error:
            cure = "free some space there" if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
            raise OutsideError(f"the store failed on {where}: {error.strerror}", cure) from error


def _copy(source: Path | bytes, file: BinaryIO) -> None:
    if isinstance(source, bytes):
        file.write(source)
    else:
        with source.open("rb") as original:
            shutil.copyfileobj(original, file, 1 << 20)
    file.flush()
    os.fsync(file.fileno())


def _hold(descriptor: int, seconds: float) -> None:
    for attempt in Retrying(
        stop=stop_after_delay(seconds),
        wait=wait_fixed(0.05),
        retry=retry_if_exception_type(BlockingIOError),
        reraise=True,
    ):
        with attempt:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

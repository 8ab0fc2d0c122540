"""The files of a download that is not complete yet, and which ranges of them are on disk.

A download that was killed leaves them, and the next one of the same artefact continues. The kernel releases
the lock of a killed process.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from seatrial.atomic_files import temporary_directory
from seatrial.stores.protocol import StoreUnreachableError

SUFFIX: Final = ".partial"
KEPT_SECONDS: Final = 24 * 3600
"""How long an unused partial copy is kept for the next download."""


@dataclass(frozen=True)
class Range:
    """A range of a file: its name, the first byte, the number of bytes, and whether the file ends with it."""

    name: str
    start: int
    length: int
    last: bool


class PartialCopy:
    """A directory `files`, and beside it the list of the ranges that were written. Thread-safe.

    After `close` nothing is written any more.
    """

    def __init__(self, directory: Path) -> None:
        self.files = directory / "files"
        self._list = directory / "ranges"
        self._open, self._writing = True, threading.Lock()
        self.files.mkdir(exist_ok=True)
        # A line that was cut by a crash is not one of these.
        self._written = set(self._list.read_text().splitlines()) if self._list.exists() else set()

    def has(self, part: Range) -> bool:
        """Return whether an earlier download wrote a range."""
        return _line(part) in self._written

    def write(self, part: Range, content: bytes) -> None:
        """Write a range to its place, then list it."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW
        with self._writing:
            if not self._open:
                return
            with os.fdopen(os.open(self.files / part.name, flags, 0o644), "wb") as file:
                file.seek(part.start)
                file.write(content)
            with self._list.open("a") as written:
                # The line break is first, so that a line that a crash has cut stays apart.
                written.write(f"\n{_line(part)}")

    def close(self) -> None:
        """Wait until no range is being written, and ignore later ones."""
        with self._writing:
            self._open = False

    def forget(self, parts: list[Range]) -> None:
        """Take ranges as not written."""
        self._written -= {_line(part) for part in parts}

    def read(self, part: Range, buffer: bytearray) -> Iterator[memoryview]:
        """Yield a range from the disk, in pieces of at most the size of `buffer`, which is overwritten."""
        left, view = part.length, memoryview(buffer)
        with (self.files / part.name).open("rb", buffering=0) as file:
            file.seek(part.start)
            while left and (count := file.readinto(view[: min(left, len(view))])):
                left -= count
                yield view[:count]

    def keep_only(self, names: set[str]) -> None:
        """Remove the files with other names."""
        for path in self.files.iterdir():
            if path.name not in names:
                path.unlink()


@contextmanager
def partial_copy(parent: Path, digest: str) -> Iterator[PartialCopy]:
    """Yield the partial copy of an artefact in `parent`, new or of a download that was not completed.

    It remains if the block is interrupted or the store does not answer, and is removed otherwise. While
    another process uses it, and on a file system without locks, the copy is a new one that does not remain.
    """
    parent.mkdir(parents=True, exist_ok=True)
    directory = parent / f".{digest}{SUFFIX}"
    descriptor = _lock(directory)
    if descriptor is None:
        with temporary_directory(parent) as fresh:
            yield PartialCopy(fresh)
        return
    copy, keep = PartialCopy(directory), False
    try:
        yield copy
    except (StoreUnreachableError, KeyboardInterrupt):
        keep = True
        raise
    finally:
        copy.close()
        if not keep:
            shutil.rmtree(directory, ignore_errors=True)
        os.close(descriptor)


def remove_old_copies(parent: Path) -> None:
    """Remove the partial copies in `parent` that no process uses and none has written to for KEPT_SECONDS."""
    for directory in parent.glob(f".*{SUFFIX}"):
        if time.time() - _last_write(directory) >= KEPT_SECONDS:
            _remove_unused(directory)


def remove_copy(parent: Path, digest: str) -> None:
    """Remove the partial copy of an artefact, which a download left that was killed at its end."""
    directory = parent / f".{digest}{SUFFIX}"
    if directory.exists():
        _remove_unused(directory)


def _remove_unused(directory: Path) -> None:
    if (descriptor := _lock(directory)) is not None:
        shutil.rmtree(directory, ignore_errors=True)
        os.close(descriptor)


def _last_write(directory: Path) -> float:
    times = [0.0]
    for path in (directory, directory / "ranges"):
        with suppress(OSError):
            times.append(path.stat().st_mtime)
    return max(times)


def _lock(directory: Path) -> int | None:
    """Return a descriptor that holds the lock of a directory, which is created; None if that fails."""
    directory.mkdir(exist_ok=True)
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Its last user may have removed it in the meantime.
        if directory.stat().st_ino == os.fstat(descriptor).st_ino:
            return descriptor
    except OSError:
        pass
    os.close(descriptor)
    return None


def _line(part: Range) -> str:
    return f"{part.name} {part.start} {part.length}"

"""Atomic writes: a temporary file beside the target, then a rename.

A temporary path is locked while its process uses it. The kernel releases the lock however the process ends,
so an unlocked one was left by a process that was killed.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SUFFIX = ".part"
# The names that tempfile gives with this prefix and suffix.
TEMPORARY = f".????????{SUFFIX}"


def write_atomically(target: Path, text: str, mode: int = 0o644) -> None:
    """Write a text file in UTF-8, replacing an existing one; create its directory.

    If writing fails, an existing file does not change.
    """
    with temporary_file(target.parent) as file:
        file.write_text(text, encoding="utf-8")
        file.chmod(mode)
        file.replace(target)


@contextmanager
def temporary_file(directory: Path) -> Iterator[Path]:
    """Yield a new empty file in `directory`, which is created; remove it afterwards unless it was renamed.

    What killed processes have left there is removed first.
    """
    with _locked(directory, _new_file) as path:
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)


@contextmanager
def temporary_directory(parent: Path) -> Iterator[Path]:
    """Yield a new directory in `parent`, which is created; remove it afterwards unless it was renamed.

    What killed processes have left there is removed first.
    """
    with _locked(parent, _new_directory) as path:
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)


def remove_abandoned(directory: Path) -> None:
    """Remove the temporary files and directories of killed processes from `directory`, if it exists.

    One that cannot be locked or removed stays, for example on a file system without locks.
    """
    for path in directory.glob(TEMPORARY):
        with suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove(path)
            finally:
                os.close(descriptor)


@contextmanager
def _locked(directory: Path, make: Callable[[Path], Path]) -> Iterator[Path]:
    directory.mkdir(parents=True, exist_ok=True)
    remove_abandoned(directory)
    descriptor = None
    while descriptor is None:
        path = make(directory)
        descriptor = _lock(path)
    try:
        yield path
    finally:
        os.close(descriptor)


def _lock(path: Path) -> int | None:
    """Return a descriptor that holds the lock of a new path; None if another process has removed the path."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    # On a file system without locks nothing is locked, and therefore nothing is removed by others.
    with suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    if path.exists():
        return descriptor
    os.close(descriptor)
    return None


def _new_file(directory: Path) -> Path:
    handle, name = tempfile.mkstemp(dir=directory, prefix=".", suffix=SUFFIX)
    os.close(handle)
    return Path(name)


def _new_directory(parent: Path) -> Path:
    path = Path(tempfile.mkdtemp(dir=parent, prefix=".", suffix=SUFFIX))
    path.chmod(0o755)
    return path


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()

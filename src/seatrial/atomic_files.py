"""Atomic writes: a temporary file beside the target, then a rename."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SUFFIX = ".part"


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
    """Yield a new empty file in `directory`, which is created; remove it afterwards unless it was renamed."""
    directory.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=directory, prefix=".", suffix=SUFFIX)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def temporary_directory(parent: Path) -> Iterator[Path]:
    """Yield a new directory in `parent`, which is created; remove it afterwards unless it was renamed."""
    parent.mkdir(parents=True, exist_ok=True)
    path = Path(tempfile.mkdtemp(dir=parent, prefix=".", suffix=SUFFIX))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)

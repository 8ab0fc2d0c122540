"""Image tags that are computed from everything an image is built from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).parent
TAG_DIGITS = 16


def folder(name: str) -> Path:
    """Return the directory with an image's Dockerfile and its context."""
    return HERE / name


def sources(directory: Path) -> list[Path]:
    """Return the files of an image's context in a fixed order."""
    return sorted(
        path
        for path in directory.rglob("*")
        if path.is_file() and "__pycache__" not in path.relative_to(directory).parts
    )


def reference(name: str, directory: Path, others: Iterable[str] = ()) -> str:
    """Return ``seatrial/<name>:<hash>``; the hash covers file names, modes, content and ``others``."""
    digest = hashlib.sha256()
    for path in sources(directory):
        executable = "x" if path.stat().st_mode & 0o100 else "-"
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(directory).as_posix()} {executable} {content}\n".encode())
    for other in others:
        digest.update(f"{other}\n".encode())
    return f"seatrial/{name}:{digest.hexdigest()[:TAG_DIGITS]}"

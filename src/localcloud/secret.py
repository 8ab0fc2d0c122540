"""Generated keys and passwords, kept in files that their owner alone can read."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path


def ensure(path: Path, make: Callable[[], str]) -> str:
    """Return the secret in a file, making it first where there is none."""
    if not path.exists():
        write(path, make())
    return path.read_text(encoding="utf-8")


def write(path: Path, text: str, mode: int = 0o600) -> None:
    """Write a file whole or not at all, never readable by others even for a moment."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(draft).chmod(mode)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise

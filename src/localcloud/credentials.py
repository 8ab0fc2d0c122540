"""Generated keys and passwords, in files that only their owner can read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from localcloud.atomic import write_atomically


def read_or_create(path: Path, create: Callable[[], str]) -> str:
    """Return the secret in the file ``path``; if the file does not exist, write what ``create`` returns."""
    if not path.exists():
        write_atomically(path, create())
    return path.read_text(encoding="utf-8")

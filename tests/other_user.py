"""A user without root's permissions, for tests that root runs too."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOBODY = 65534


@contextmanager
def unprivileged() -> Iterator[None]:
    """Drop root's permissions inside the block, if this is root."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


@contextmanager
def closed_directory() -> Iterator[Path]:
    """A directory that a user without root's permissions may see, but not look into."""
    # Not in tmp_path: pytest keeps that in a directory which only its owner may look into.
    with tempfile.TemporaryDirectory(prefix="seatrial-closed-") as name:
        closed = Path(name) / "closed"
        Path(name).chmod(0o755)
        closed.mkdir(mode=0o000)
        yield closed
        closed.chmod(0o700)

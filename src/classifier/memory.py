"""The memory of the container, and the part of it that decoding may take."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from classifier.cgroup import CGROUP, read_value
from imagemodel.decode.budget import DECODE_BYTES

_LIMITS: Final = ("memory.max", "memory/memory.limit_in_bytes")
_UNLIMITED: Final = 1 << 50
"""Version 1 of the cgroups writes a number near 2**63 where there is no limit."""


def decode_budget(cgroup: Path = CGROUP) -> int:
    """Return the bytes that the decodes of large images may take together.

    It is three eighths of the container's memory. The rest is for the model, libraries, requests and
    small images. Without a limit it is that of a container of 768 MiB.
    """
    limit = memory_limit(cgroup)
    return DECODE_BYTES if limit is None else limit * 3 // 8


def memory_limit(cgroup: Path = CGROUP) -> int | None:
    """Return the cgroup's memory limit in bytes, or None without one. It reads cgroup v2 and v1."""
    for name in _LIMITS:
        if text := read_value(cgroup / name):
            return int(text) if text.isdigit() and int(text) < _UNLIMITED else None
    return None

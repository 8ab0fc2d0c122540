"""Values of the cgroup of this process."""

from __future__ import annotations

from pathlib import Path
from typing import Final

CGROUP: Final = Path("/sys/fs/cgroup")


def read_value(path: Path) -> str:
    """Return the text of a file of the cgroup, stripped, or nothing if there is no such file."""
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        return ""

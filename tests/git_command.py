"""Git in the repositories that tests make."""

from __future__ import annotations

import subprocess
from pathlib import Path


def git(folder: Path, *words: str) -> str:
    """Run git in a directory and return its output."""
    who = ["-c", "user.name=tests", "-c", "user.email=tests@seatrial.test", "-c", "init.defaultBranch=main"]
    argv = ["git", "-C", str(folder), *who, *words]
    return subprocess.run(argv, check=True, capture_output=True, text=True, timeout=30).stdout.strip()

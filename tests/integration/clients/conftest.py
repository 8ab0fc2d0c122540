"""Fixtures: clients of other projects, each in an environment of its own."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock
from platformdirs import user_cache_path

ROOT = Path(__file__).parents[3]
LOCK = ROOT / "requirements" / "kserve.txt"
INSTALL_SECONDS = 600


@pytest.fixture(scope="session")
def kserve_python() -> Path:
    """The Python of an environment with the locked package `kserve`, installed once into the user's cache."""
    digest = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()[:16]
    tools = Path(os.environ.get("SEATRIAL_CACHE") or user_cache_path("seatrial")) / "tools"
    folder = tools / f"kserve-{digest}"
    tools.mkdir(parents=True, exist_ok=True)
    with FileLock(tools / f"kserve-{digest}.lock"):
        if not (folder / "complete").exists():
            _install(folder)
    return folder / "bin" / "python"


def _install(folder: Path) -> None:
    uv = str(Path(sys.executable).parent / "uv")
    for command in (
        [uv, "venv", "-q", "--clear", "--python", sys.executable, str(folder)],
        [uv, "pip", "sync", "-q", "--python", str(folder / "bin" / "python"), "--require-hashes", str(LOCK)],
    ):
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS)
        if done.returncode:
            pytest.fail(
                f"kserve cannot be installed; the package index must be reachable:\n{done.stderr[-2000:]}",
                pytrace=False,
            )
    (folder / "complete").touch()

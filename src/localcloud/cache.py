"""The cache directory."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path


def cache_directory() -> Path:
    """Return the directory for files that can be recreated: SEATRIAL_CACHE, or the user's cache directory."""
    configured = os.environ.get("SEATRIAL_CACHE")
    if configured:
        return Path(configured).expanduser().absolute()
    return user_cache_path("seatrial")


def lock_path(name: str) -> Path:
    """Return the path of the lock file ``name``."""
    return cache_directory() / "locks" / f"{name}.lock"


def build_log_path(name: str) -> Path:
    """Return the path of the build log of the image ``name``; create its directory."""
    path = cache_directory() / "logs" / f"image-{name}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path

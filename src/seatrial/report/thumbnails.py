"""Golden photos small enough to stand inside a page."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from pathlib import Path

from PIL import Image

SIDE = 220
MOST = 48


def thumbnails(folder: Path | None, files: Iterable[str]) -> dict[str, str]:
    """Return `data:` addresses of JPEGs by file name, for at most MOST photos that can be read."""
    found = {}
    for file in list(files)[:MOST] if folder else ():
        # A name from a report leads into the golden set's folder, never out of it.
        if address := _thumbnail((folder or Path()) / Path(file).name):
            found[file] = address
    return found


def _thumbnail(path: Path) -> str:
    try:
        with Image.open(path) as photo:
            photo.draft("RGB", (SIDE, SIDE))
            small = photo.convert("RGB")
            small.thumbnail((SIDE, SIDE))
            out = io.BytesIO()
            small.save(out, "JPEG", quality=72)
    except (OSError, ValueError, Image.DecompressionBombError):
        return ""
    return f"data:image/jpeg;base64,{base64.b64encode(out.getvalue()).decode()}"

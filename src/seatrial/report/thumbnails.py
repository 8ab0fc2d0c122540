"""Small copies of golden photos, embedded in the page."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from pathlib import Path

from PIL import Image, ImageOps

SIDE = 220
MAX_PHOTOS = 48


def thumbnails(folder: Path | None, files: Iterable[str], limit: int = MAX_PHOTOS) -> dict[str, str]:
    """Return `data:` URLs of JPEGs by file name, for at most `limit` readable photos."""
    found = {}
    for file in list(files)[:limit] if folder else ():
        # Only the last part of a name from the report: it may not leave the golden set's directory.
        if url := _thumbnail((folder or Path()) / Path(file).name):
            found[file] = url
    return found


def _thumbnail(path: Path) -> str:
    try:
        with Image.open(path) as photo:
            photo.draft("RGB", (SIDE, SIDE))
            small = ImageOps.exif_transpose(photo).convert("RGB")
            small.thumbnail((SIDE, SIDE))
            out = io.BytesIO()
            small.save(out, "JPEG", quality=72)
    except (OSError, ValueError, Image.DecompressionBombError):
        return ""
    return f"data:image/jpeg;base64,{base64.b64encode(out.getvalue()).decode()}"

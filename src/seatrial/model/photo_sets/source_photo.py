"""A photo as a user hands it in, and the files that hold the photos."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

# What operating systems and tools leave beside photos.
_LEFT_BY_TOOLS: Final = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db"})
_TEXT: Final = frozenset({".txt", ".md", ".csv", ".json", ".xml", ".license"})


@dataclass(frozen=True)
class SourcePhoto:
    """A photo to put into a set. `name` is its path in the folder of photos, `label` the user's word for it.

    `source`, `licence` and `original` are empty where nobody has stated them.
    """

    path: Path
    name: str
    label: str
    source: str = ""
    licence: str = ""
    original: str = ""


def is_photo(path: Path) -> bool:
    """Return whether a file in a folder of photos is meant as one: not hidden, no text, no tool's file."""
    name = path.name.lower()
    # LICENCE and the like have no suffix; every photo has one.
    return not (
        name.startswith(".") or name in _LEFT_BY_TOOLS or path.suffix.lower() in _TEXT or not path.suffix
    )

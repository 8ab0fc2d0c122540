"""The fields that a photo has in every list of photos, and the check that a list has each file once."""

from collections.abc import Iterable
from pathlib import Path

from imagemodel.card import FileEntry
from imagemodel.errors import CardError
from imagemodel.fields import FILE, SHA256, Fields

MAX_INDEX = 999_999
"""The largest line of `labels.txt`, from 0."""


def photo_path(row: Fields, directory: Path) -> Path:
    """Return the path of a photo in `directory`. Raises CardError if its name could leave it."""
    return directory / row.string("file", FILE)


def photo_entry(row: Fields) -> FileEntry:
    """Return the sha256 and the size of a photo."""
    return FileEntry(row.string("sha256", SHA256), row.integer("size", 1, 1 << 40))


def photo_index(row: Fields) -> int:
    """Return the expected class of a photo: the line of its label in `labels.txt`, from 0."""
    return row.integer("index", 0, MAX_INDEX)


def require_unique(paths: Iterable[Path], listing: Path) -> None:
    """Raise CardError if a file is listed twice, or the list itself is one of the files."""
    names = [path.name for path in paths]
    if len(set(names)) != len(names) or listing.name in names:
        raise CardError(f"{listing}: photos: expected each file once, and not {listing.name}")

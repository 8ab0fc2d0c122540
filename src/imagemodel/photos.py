"""What every list of photos has: its fields, and those of a photo."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from imagemodel.card import FileEntry
from imagemodel.errors import CardError
from imagemodel.fields import FILE, LIMIT, NAME, SHA256, VERSION, Fields, parse


class HasPath(Protocol):
    """A photo."""

    @property
    def path(self) -> Path:
        """Its file."""
        ...


P = TypeVar("P", bound=HasPath)

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


def parse_photos(
    raw: bytes, listing: Path, photo: Callable[[Fields, Path], P], limit: int = LIMIT
) -> tuple[str, str, tuple[P, ...]]:
    """Return the name, the version and the photos of the list `raw`, whose path is `listing`.

    `photo` returns a photo of its row and of the directory. Raises CardError if the list is not valid, is
    longer than `limit`, has a file twice, or is one of its own files.
    """
    fields = parse(raw, str(listing), limit)
    fields.integer("schema", 1, 1)
    name, version = fields.string("name", NAME), fields.string("version", VERSION)
    photos = tuple(photo(row, listing.parent) for row in fields.children("photos"))
    fields.refuse_unknown()
    names = [each.path.name for each in photos]
    if len(set(names)) != len(names) or listing.name in names:
        raise CardError(f"{listing}: photos: expected each file once, and not {listing.name}")
    return name, version, photos

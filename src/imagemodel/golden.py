"""The golden set, `golden.json`: photos with the predictions expected of any model that is released."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from imagemodel.card import FileEntry, digest_of
from imagemodel.fields import Fields
from imagemodel.photos import parse_photos, photo_entry, photo_index, photo_path
from imagemodel.verify import read_verified, verify_files

GOLDEN: Final = "golden.json"


@dataclass(frozen=True)
class Photo:
    """One photo, its expected top class, and the least probability (0 to 1) of that class."""

    path: Path
    label: str
    index: int
    min_probability: float
    source: str
    licence: str
    entry: FileEntry


@dataclass(frozen=True)
class GoldenSet:
    """A golden set. `digest` is ``sha256:<hex>`` of the bytes of `golden.json`, which names every photo."""

    name: str
    version: str
    photos: tuple[Photo, ...]
    digest: str


def load_golden(directory: Path, digest: str | None = None) -> GoldenSet:
    """Return the golden set in `directory`, with every photo's size and sha256 verified.

    Raises VerifyError if the set's digest is not `digest`, or if a file is missing, unexpected, changed or
    not a regular file; CardError if `golden.json` is not valid.
    """
    raw = read_verified(directory, GOLDEN, digest)
    golden = parse_golden(raw, directory)
    verify_files(directory, GOLDEN, {photo.path.name: photo.entry for photo in golden.photos})
    return golden


def parse_golden(raw: bytes, directory: Path) -> GoldenSet:
    """Return the golden set described by `raw`, with paths in `directory`; open no photo.

    Raises CardError if `raw` is not a valid `golden.json`.
    """
    return GoldenSet(*parse_photos(raw, directory / GOLDEN, _photo), digest=digest_of(raw))


def _photo(row: Fields, directory: Path) -> Photo:
    photo = Photo(
        path=photo_path(row, directory),
        label=row.string("label"),
        index=photo_index(row),
        min_probability=row.number("min_probability", 0, 1),
        source=row.string("source"),
        licence=row.string("licence"),
        entry=photo_entry(row),
    )
    row.refuse_unknown()
    return photo

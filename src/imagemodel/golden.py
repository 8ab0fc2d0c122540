"""The golden set: photos with the answers expected of them, reviewed apart from the model."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from imagemodel.card import FileEntry, digest_of
from imagemodel.errors import CardError
from imagemodel.fields import FILE, NAME, SHA256, VERSION, Fields, parse
from imagemodel.verify import check_files, read_list

GOLDEN: Final = "golden.json"


@dataclass(frozen=True)
class Photo:
    """One photo, the class expected first, and the least probability (0 to 1) that it must be given."""

    path: Path
    label: str
    index: int
    min_probability: float
    source: str
    licence: str
    entry: FileEntry


@dataclass(frozen=True)
class GoldenSet:
    """A verified golden set. `digest` is ``sha256:<hex>`` of its list's bytes, and names every photo."""

    name: str
    version: str
    photos: tuple[Photo, ...]
    digest: str


def load_golden(directory: Path, digest: str | None = None) -> GoldenSet:
    """Return the golden set in `directory` once every photo has been read and found as its list says.

    VerifyError: the digest is not the one expected, or a photo is missing, extra, no plain file or has other
    bytes. CardError: the list is none.
    """
    raw = read_list(directory, GOLDEN, digest)
    golden = parse_golden(raw, directory)
    check_files(directory, GOLDEN, {photo.path.name: photo.entry for photo in golden.photos})
    return golden


def parse_golden(raw: bytes, directory: Path) -> GoldenSet:
    """Return the golden set that `raw` lists, its photos looked for in `directory` but not opened."""
    fields = parse(raw, str(directory / GOLDEN))
    fields.integer("schema", 1, 1)
    golden = GoldenSet(
        name=fields.text("name", NAME),
        version=fields.text("version", VERSION),
        photos=tuple(_photo(row, directory) for row in fields.rows("photos")),
        digest=digest_of(raw),
    )
    fields.close()
    names = [photo.path.name for photo in golden.photos]
    if len(set(names)) != len(names) or GOLDEN in names:
        raise CardError(f"{directory / GOLDEN}: photos: expected each file once and never {GOLDEN}")
    return golden


def _photo(row: Fields, directory: Path) -> Photo:
    photo = Photo(
        path=directory / row.text("file", FILE),
        label=row.text("label"),
        index=row.integer("index", 0, 999_999),
        min_probability=row.number("min_probability", 0, 1),
        source=row.text("source"),
        licence=row.text("licence"),
        entry=FileEntry(row.text("sha256", SHA256), row.integer("size", 1, 1 << 40)),
    )
    row.close()
    return photo

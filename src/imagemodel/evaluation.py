"""The evaluation set, `evaluation.json`: labelled photos in quantity, judged as a sample."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from imagemodel.card import FileEntry, digest_of
from imagemodel.errors import CardError
from imagemodel.fields import FILE, Fields
from imagemodel.photos import parse_photos, photo_entry, photo_index, photo_path
from imagemodel.verify import read_verified, verify_files

EVALUATION: Final = "evaluation.json"
LIST_LIMIT: Final = 64 << 20
"""The largest size of an `evaluation.json` in bytes: about 200,000 photos."""


@dataclass(frozen=True)
class EvaluationPhoto:
    """One photo and its class. `original` is the photo of which it is a variant; empty: it is no variant."""

    path: Path
    label: str
    index: int
    original: str
    source: str
    licence: str
    entry: FileEntry

    @property
    def cluster(self) -> str:
        """The name of the original: its own one, if the photo is no variant."""
        return self.original or self.path.name


@dataclass(frozen=True)
class EvaluationSet:
    """An evaluation set. `digest` is ``sha256:<hex>`` of the bytes of `evaluation.json`."""

    name: str
    version: str
    photos: tuple[EvaluationPhoto, ...]
    digest: str

    @property
    def originals(self) -> int:
        """The number of originals: the size of the sample, as variants of a photo are not independent."""
        return len({photo.cluster for photo in self.photos})


def load_evaluation(directory: Path, digest: str | None = None) -> EvaluationSet:
    """Return the evaluation set in `directory`, with every photo's size and sha256 verified.

    Raises VerifyError if the set's digest is not `digest`, or if a file is missing, unexpected, changed or
    not a regular file; CardError if `evaluation.json` is not valid.
    """
    raw = read_verified(directory, EVALUATION, digest, LIST_LIMIT)
    found = parse_evaluation(raw, directory)
    verify_files(directory, EVALUATION, {photo.path.name: photo.entry for photo in found.photos})
    return found


def parse_evaluation(raw: bytes, directory: Path) -> EvaluationSet:
    """Return the evaluation set described by `raw`, with paths in `directory`; open no photo.

    Raises CardError if `raw` is not a valid `evaluation.json`.
    """
    listing = directory / EVALUATION
    name, version, photos = parse_photos(raw, listing, _photo, LIST_LIMIT)
    _require_clusters(photos, listing)
    return EvaluationSet(name, version, photos, digest_of(raw))


def _photo(row: Fields, directory: Path) -> EvaluationPhoto:
    photo = EvaluationPhoto(
        path=photo_path(row, directory),
        label=row.string("label"),
        index=photo_index(row),
        original=row.string("original", FILE, default=""),
        source=row.string("source"),
        licence=row.string("licence"),
        entry=photo_entry(row),
    )
    row.refuse_unknown()
    return photo


def _require_clusters(photos: Sequence[EvaluationPhoto], listing: Path) -> None:
    """Raise CardError if a variant has another class than its cluster, or is a variant of a variant."""
    classes: dict[str, int] = {}
    variants = {photo.path.name for photo in photos if photo.original}
    for photo in photos:
        if photo.original in variants:
            raise CardError(f"{listing}: {photo.path.name}: original {photo.original} is itself a variant")
        if classes.setdefault(photo.cluster, photo.index) != photo.index:
            raise CardError(f"{listing}: {photo.path.name}: another class than its original {photo.cluster}")

"""The photos that a network is calibrated with, apart from those that judge it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from imagemodel.evaluation import EvaluationSet
from imagemodel.golden import GoldenSet
from seatrial.errors import RefusedError, UsageError
from seatrial.model.published.file_safety import PHOTO_SUFFIXES

MOST: Final = 500
"""The number of photos that are used; more take longer and change the ranges of the activations little."""
SHOWN: Final = 3


def calibration_photos(folder: Path, judging: Iterable[GoldenSet | EvaluationSet]) -> list[Path]:
    """Return the photos in `folder` and below it, at most MOST, evenly chosen in the order of their paths.

    Raises UsageError if there is none, RefusedError if one of all photos has the bytes of a photo of a set in
    `judging`: a network must not be judged by what it was calibrated with.
    """
    if not folder.is_dir():
        raise UsageError(f"PHOTOS: {folder} is not a directory", "PHOTOS=dir, photos for the calibration")
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in PHOTO_SUFFIXES)
    if not found:
        suffixes = ", ".join(sorted(PHOTO_SUFFIXES))
        raise UsageError(
            f"PHOTOS: {folder} has no photo ({suffixes})", "PHOTOS=dir, photos for the calibration"
        )
    _require_apart(found, judging)
    return _evenly(found, MOST)


def _require_apart(photos: Sequence[Path], judging: Iterable[GoldenSet | EvaluationSet]) -> None:
    known = {photo.entry.sha256: photo.path.name for each in judging for photo in each.photos}
    both = [(path, known[digest]) for path in photos if (digest := _sha256(path)) in known]
    if both:
        listed = ", ".join(f"{path} is {name}" for path, name in both[:SHOWN])
        raise RefusedError(
            f"{len(both)} of {len(photos)} photos for the calibration also judge the model: {listed}",
            "remove them from PHOTOS",
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _evenly(items: Sequence[Path], most: int) -> list[Path]:
    count = min(len(items), most)
    return [items[place * len(items) // count] for place in range(count)]

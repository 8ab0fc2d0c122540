"""Decode photos as the app does, name them, and find those that a set has already."""

from __future__ import annotations

import hashlib
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.pool import ThreadPool
from pathlib import PurePosixPath
from typing import Final

from PIL import Image

from imagemodel.card import FileEntry, InputSpec
from imagemodel.errors import ImageError
from imagemodel.preprocess import FORMATS, preprocess
from seatrial.errors import RefusedError
from seatrial.model.photo_sets.source_photo import SourcePhoto
from seatrial.model.photo_sets.wording import counted_noun, shortened
from seatrial.progress import counted

MAX_BYTES: Final = 12 << 20
"""The largest photo in bytes: `/score` carries it in base64, in a request of at most 16 MiB."""

# Pillow's name for the JPEG of a phone that has a second picture at its end.
_SUFFIXES: Final = {"JPEG": ".jpg", "MPO": ".jpg", "PNG": ".png", "WEBP": ".webp"}
_STEM_LENGTH: Final = 60
_WORKERS: Final = 4


@dataclass(frozen=True)
class DecodedPhoto:
    """A photo that the app can read; `file` is its name in the set, `names` those of equal files."""

    source: SourcePhoto
    file: str
    entry: FileEntry
    names: tuple[str, ...]


def decode(photos: Sequence[SourcePhoto], spec: InputSpec) -> list[DecodedPhoto]:
    """Return the photos, decoded once with the app's code; of equal files of one label only the first.

    Raises RefusedError, which names them, for files that the app cannot read, for files larger than
    MAX_BYTES, and for equal files with different labels.
    """
    found: list[_Read | str] = []
    with counted("decoded photos", lambda: (len(found), len(photos))), ThreadPool(_WORKERS) as pool:
        found.extend(pool.imap(lambda photo: _read(photo, spec), photos))
    problems = [each for each in found if isinstance(each, str)]
    if problems:
        raise RefusedError(
            f"{counted_noun(len(problems), 'file')} cannot be used: {shortened(problems)}",
            "convert them to JPEG, PNG or WebP, or remove them",
        )
    return _named(_grouped([each for each in found if not isinstance(each, str)]))


@dataclass(frozen=True)
class _Read:
    source: SourcePhoto
    suffix: str
    entry: FileEntry


def _read(photo: SourcePhoto, spec: InputSpec) -> _Read | str:
    if not photo.path.is_file():
        return f"{photo.name}: not a regular file"
    size = photo.path.stat().st_size
    if size > MAX_BYTES:
        return f"{photo.name}: {size} bytes, at most {MAX_BYTES}"
    raw = photo.path.read_bytes()
    try:
        preprocess(raw, spec)
    except ImageError as error:
        return f"{photo.name}: {error.message}"
    kind = Image.open(io.BytesIO(raw), formats=FORMATS).format
    return _Read(photo, _SUFFIXES[str(kind)], FileEntry(hashlib.sha256(raw).hexdigest(), len(raw)))


def _grouped(photos: Sequence[_Read]) -> list[list[_Read]]:
    """Return the photos in groups of equal files. Raises RefusedError if equal files have several labels."""
    groups: dict[str, list[_Read]] = {}
    for photo in photos:
        group = groups.setdefault(photo.entry.sha256, [])
        group.append(photo)
        first, last = group[0].source, group[-1].source
        if first.label != last.label:
            raise RefusedError(
                f"{first.name} ({first.label}) and {last.name} ({last.label}) are equal files",
                "keep the one with the right label",
            )
    return list(groups.values())


def _named(groups: Sequence[Sequence[_Read]]) -> list[DecodedPhoto]:
    photos = [group[0] for group in groups]
    names = [f"{stem(photo.source.name)}{photo.suffix}" for photo in photos]
    # A file system may not distinguish the case of letters.
    counts = Counter(name.lower() for name in names)
    found = []
    for name, photo, group in zip(names, photos, groups, strict=True):
        if counts[name.lower()] > 1:
            name = f"{stem(photo.source.name)}-{photo.entry.sha256[:12]}{photo.suffix}"
        equal = tuple(each.source.name for each in group)
        found.append(DecodedPhoto(photo.source, name, photo.entry, equal))
    return found


def stem(name: str) -> str:
    """Return the name of a file without folders and suffix, in the characters that a set allows."""
    clean = re.sub(r"[^A-Za-z0-9._-]+", "-", PurePosixPath(name).stem)[:_STEM_LENGTH].strip("-._")
    return clean or "photo"

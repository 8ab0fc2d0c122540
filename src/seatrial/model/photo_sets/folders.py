"""Read photos from a folder for each label (the layout of ImageFolder), or from a CSV file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from seatrial.errors import UsageError
from seatrial.model.photo_sets.licences import Licences
from seatrial.model.photo_sets.source_photo import SourcePhoto, is_photo
from seatrial.model.photo_sets.table import read_table

LAYOUTS: Final = "give a folder with one folder for each label, or a CSV file with the columns file,label"


def read_photos(photos: Path) -> list[SourcePhoto]:
    """Return the photos in `photos`: a folder with a folder for each label, or a CSV file.

    A folder without folders is read by the only CSV file in it. Licences that no column states are those of
    `licences.Licences`. Raises UsageError if there is no photo, a photo has no label, or a folder below
    that of a label is a link; OSError if one cannot be read.
    """
    table = _table_in(photos)
    root = (table or photos).parent if table else photos
    found = read_table(table) if table else list(_labelled(photos))
    if not found:
        raise UsageError(f"{photos} has no photo", LAYOUTS)
    licences = Licences(root)
    return [licences.complete(photo) for photo in found]


def _table_in(photos: Path) -> Path | None:
    if photos.is_file():
        return photos
    if not photos.is_dir():
        raise UsageError(f"{photos} does not exist", LAYOUTS)
    tables = sorted(photos.glob("*.csv"))
    if any(_folders(photos)) or not tables:
        return None
    if len(tables) > 1:
        names = ", ".join(path.name for path in tables)
        raise UsageError(f"{photos} has several CSV files: {names}", "give one of them")
    return tables[0]


def _folders(photos: Path) -> Iterator[Path]:
    return (path for path in sorted(photos.iterdir()) if path.is_dir() and not path.name.startswith("."))


def _labelled(photos: Path) -> Iterator[SourcePhoto]:
    for path in sorted(photos.iterdir()):
        if path.is_file() and is_photo(path):
            raise UsageError(f"{path} is in no label's folder", LAYOUTS)
    for folder in _folders(photos):
        for path in _files_below(folder):
            yield SourcePhoto(path, path.relative_to(photos).as_posix(), folder.name)


def _files_below(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder, onerror=_raise):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if link := next((path for name in folders if (path := Path(parent, name)).is_symlink()), None):
            raise UsageError(f"{link} is a link to a folder", "move the photos there, or remove the link")
        yield from (path for name in sorted(files) if is_photo(path := Path(parent, name)))


def _raise(error: OSError) -> None:
    # Else the photos of a folder that cannot be read would be missing from the set.
    raise error

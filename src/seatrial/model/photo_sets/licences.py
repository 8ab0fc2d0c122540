"""The licence of a photo that no column of a CSV file states: from the files beside it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Final

from seatrial.model.photo_sets.source_photo import SourcePhoto

NONE_STATED: Final = "none stated"
FILES: Final = ("LICENSE", "LICENCE", "LICENSE.txt", "LICENCE.txt", "LICENSE.md", "LICENCE.md", "COPYING")
_SPDX: Final = re.compile(r"SPDX-License-Identifier:\s*(.+?)\s*(?:-->|\*/)?$", re.MULTILINE)
_LENGTH: Final = 100
_READ: Final = 64 << 10


class Licences:
    """Finds the licence of photos below a folder.

    It is that of `<photo>.license`, as in REUSE, else of a file such as LICENSE in the photo's folder or in
    one above it: its SPDX-License-Identifier, else its first line.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folders: dict[Path, str] = {}

    def complete(self, photo: SourcePhoto) -> SourcePhoto:
        """Return the photo with a licence, and with its path as source if none is stated."""
        licence = photo.licence or self._beside(photo.path) or NONE_STATED
        return replace(photo, licence=one_line(licence), source=one_line(photo.source or photo.name))

    def _beside(self, photo: Path) -> str:
        return _licence_in(photo.with_name(f"{photo.name}.license")) or self._of_folder(photo.parent)

    def _of_folder(self, folder: Path) -> str:
        if folder not in self._folders:
            own = next(filter(None, (_licence_in(folder / name) for name in FILES)), "")
            above = folder != self._root and self._root in folder.parents
            self._folders[folder] = own or (self._of_folder(folder.parent) if above else "")
        return self._folders[folder]


def one_line(text: str) -> str:
    """Return `text` on one line, without characters that cannot be printed."""
    flat = " ".join(text.split())
    return "".join(each for each in flat if each.isprintable()).strip()


def _licence_in(path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open(encoding="utf-8", errors="replace") as file:
        text = file.read(_READ)
    if identifier := _SPDX.search(text):
        return identifier.group(1)
    first = next((line.strip(" #*-=") for line in text.splitlines() if line.strip(" #*-=")), "")
    return first[:_LENGTH]

"""Read the labels of photos from a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from seatrial.errors import UsageError
from seatrial.model.photo_sets.source_photo import SourcePhoto

if TYPE_CHECKING:
    from _csv import Reader

REQUIRED: Final = ("file", "label")
OPTIONAL: Final = ("source", "licence", "original")
_OTHER_SPELLINGS: Final = {"license": "licence", "filename": "file", "path": "file"}
LIMIT: Final = 64 << 20
"""The largest CSV file in bytes."""


def read_table(path: Path) -> list[SourcePhoto]:
    """Return the photos that a CSV file lists, in its order.

    The first line names the columns: file, label and, if there are such, source, licence and original. Paths
    are relative to the CSV file. The separator is a comma, a semicolon or a tab. Raises UsageError, with the
    line, if a column, a file or a label is missing, a line has more cells than there are columns, or a file
    is outside the folder or listed twice.
    """
    try:
        return list(_read(path, _reader(path)))
    except csv.Error as error:
        raise UsageError(f"{path} is not a CSV file: {error}", "save it as CSV in UTF-8") from error


def _read(path: Path, reader: Reader) -> Iterator[SourcePhoto]:
    columns = _columns(path, next(reader, []))
    seen: dict[str, int] = {}
    for row in reader:
        if not any(cell.strip() for cell in row):
            continue
        if any(cell.strip() for cell in row[len(columns) :]):
            cells = f"{path}: line {reader.line_num}: {len(row)} cells, but {len(columns)} columns"
            raise UsageError(cells, 'put a label with a comma in quotes: "tench, Tinca tinca"')
        photo = _photo(path, reader.line_num, dict(zip(columns, map(str.strip, row), strict=False)))
        if photo.name in seen:
            first = seen[photo.name]
            raise UsageError(f"{path}: line {reader.line_num}: {photo.name} is in line {first} already")
        seen[photo.name] = reader.line_num
        yield photo


def _reader(path: Path) -> Reader:
    with path.open("rb") as file:
        raw = file.read(LIMIT + 1)
    if len(raw) > LIMIT:
        raise UsageError(f"{path} has more than {LIMIT} bytes", "give a CSV file with the columns file,label")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8: {error.reason}", "save it as UTF-8") from error
    head = text.partition("\n")[0]
    return csv.reader(io.StringIO(text), delimiter=max(",;\t", key=head.count))


def _columns(path: Path, head: list[str]) -> list[str]:
    names = [cell.strip().lower() for cell in head]
    names = [_OTHER_SPELLINGS.get(name, name) for name in names]
    known = (*REQUIRED, *OPTIONAL)
    for name in names:
        if name not in known or names.count(name) > 1:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"the columns are {', '.join(known)}"
            raise UsageError(f"{path}: line 1: column {name!r} is unknown or there twice", hint)
    for name in REQUIRED:
        if name not in names:
            raise UsageError(f"{path}: line 1: there is no column {name}", "begin with a line: file,label")
    return names


def _photo(table: Path, line: int, cells: dict[str, str]) -> SourcePhoto:
    name, label = cells.get("file", ""), cells.get("label", "")
    where = f"{table}: line {line}"
    if not name or not label:
        raise UsageError(f"{where}: a photo needs a file and a label", "complete or remove the line")
    relative = PurePosixPath(name)
    if relative.is_absolute() or ".." in relative.parts:
        raise UsageError(f"{where}: {name} is outside the folder of the CSV file", "use a relative path")
    path = table.parent / relative
    if not _is_file(path):
        raise UsageError(f"{where}: {path} does not exist", "correct the path or remove the line")
    stated = {column: cells.get(column, "") for column in OPTIONAL}
    return SourcePhoto(path, relative.as_posix(), label, **stated)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    # The name is too long, or has a null character.
    except (OSError, ValueError):
        return False

"""Photos in a CSV file."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.errors import UsageError
from seatrial.model.photo_sets.folders import read_photos


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two photos."""
    (tmp_path / "more").mkdir()
    for name in ("a.png", "more/b.png"):
        (tmp_path / name).write_text(name)
    return tmp_path


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("line", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_table_of_any_spreadsheet_is_read(folder: Path, separator: str, line: str, mark: str) -> None:
    """Comma, semicolon or tab, either end of a line, with and without a byte order mark."""
    rows = (["File", "label", "License"], ["a.png", "red", "CC0-1.0"], [], ["more/b.png", " blue ", ""])
    text = mark + line.join(separator.join(row) for row in rows) + line
    (folder / "photos.csv").write_bytes(text.encode())
    photos = read_photos(folder / "photos.csv")
    assert [(photo.name, photo.label, photo.licence) for photo in photos] == [
        ("a.png", "red", "CC0-1.0"),
        ("more/b.png", "blue", "none stated"),
    ]


def test_columns_are_optional_and_quoted(folder: Path) -> None:
    """Source and original are read; a quoted cell may contain a comma; empty cells may be missing."""
    rows = ("file,label,source,original", 'a.png,red,"A, B",,,', "more/b.png,red,,a.png")
    (folder / "photos.csv").write_text("\n".join(rows))
    first, second = read_photos(folder / "photos.csv")
    assert (first.source, first.original, second.original) == ("A, B", "", "a.png")


def test_only_table_of_a_folder_is_found(folder: Path) -> None:
    """A folder without folders may be given instead of the CSV file in it."""
    (folder / "more" / "photos.csv").write_text("file,label\nb.png,red\n")
    assert [photo.name for photo in read_photos(folder / "more")] == ["b.png"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: there is no column file"),
        ("file\na.png\n", "line 1: there is no column label"),
        ("file,lable\na.png,red\n", "column 'lable' is unknown"),
        ("file,label,label\na.png,red,red\n", "there twice"),
        ("file,label\na.png,red\n\nc.png,red\n", r"line 4: .*c\.png does not exist"),
        ("file,label\n../a.png,red\n", "line 2: ../a.png is outside"),
        ("file,label\n/etc/passwd,red\n", "line 2: /etc/passwd is outside"),
        ("file,label\na.png,\n", "line 2: a photo needs a file and a label"),
        ("file,label\na.png,red\na.png,blue\n", r"line 3: a\.png is in line 2 already"),
        ("file,label\na.png,crane, bird\n", "line 2: 3 cells, but 2 columns"),
        ("file,label\n" + "a" * 300 + ",red\n", "does not exist"),
        ("file,label\n" + "a" * 200_000 + ",red\n", "is not a CSV file: field larger"),
    ],
)
def test_unusable_line_is_wrong_usage(folder: Path, text: str, message: str) -> None:
    """The error names the file and the line."""
    (folder / "photos.csv").write_text(text)
    with pytest.raises(UsageError, match=message) as raised:
        read_photos(folder / "photos.csv")
    assert "photos.csv" in raised.value.message


def test_misspelt_column_has_the_right_one_as_hint(folder: Path) -> None:
    """A column that is nearly one of the known ones is not ignored."""
    (folder / "photos.csv").write_text("file,lable\na.png,red\n")
    with pytest.raises(UsageError) as raised:
        read_photos(folder / "photos.csv")
    assert raised.value.hint == "did you mean label?"


def test_other_encoding_is_wrong_usage(folder: Path) -> None:
    """A file that is not UTF-8 is refused, with the fix."""
    (folder / "photos.csv").write_bytes("file,label\na.png,Küche\n".encode("latin-1"))
    with pytest.raises(UsageError, match="is not UTF-8") as raised:
        read_photos(folder / "photos.csv")
    assert raised.value.hint == "save it as UTF-8"

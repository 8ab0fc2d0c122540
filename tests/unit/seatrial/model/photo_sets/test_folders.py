"""Photos in folders, with the licences beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.errors import UsageError
from seatrial.model.photo_sets.folders import read_photos


def write(root: Path, *names: str, text: str = "x") -> Path:
    """Write files below `root` and return it."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def test_each_folder_is_a_label(tmp_path: Path) -> None:
    """The first folder of a path is the label; folders in it are searched, in a fixed order."""
    photos = read_photos(write(tmp_path, "red/b.png", "red/more/a.JPG", "blue/a.webp"))
    assert [(photo.name, photo.label) for photo in photos] == [
        ("blue/a.webp", "blue"),
        ("red/b.png", "red"),
        ("red/more/a.JPG", "red"),
    ]


def test_files_of_tools_and_texts_are_no_photos(tmp_path: Path) -> None:
    """Hidden files, files that tools leave, and texts are not read; a picture of another format is."""
    write(
        tmp_path, "red/a.png", "red/a.heic", "red/.DS_Store", "red/Thumbs.db", "red/notes.txt", ".git/a.png"
    )
    write(tmp_path, "red/LICENSE", "README.md")
    assert [photo.name for photo in read_photos(tmp_path)] == ["red/a.heic", "red/a.png"]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("a.png", "red/b.png"), r"a\.png is in no label's folder"),
        (("red/notes.txt",), "has no photo"),
        (("one.csv", "two.csv"), "several CSV files: one.csv, two.csv"),
    ],
)
def test_folder_without_labels_is_wrong_usage(tmp_path: Path, names: tuple[str, ...], message: str) -> None:
    """The hint explains both layouts."""
    with pytest.raises(UsageError, match=message):
        read_photos(write(tmp_path, *names))


def test_missing_folder_is_wrong_usage(tmp_path: Path) -> None:
    """The error names the path, the hint both layouts."""
    with pytest.raises(UsageError, match="nowhere does not exist") as raised:
        read_photos(tmp_path / "nowhere")
    assert "file,label" in raised.value.hint


def test_licence_is_that_of_the_nearest_file(tmp_path: Path) -> None:
    """A file beside the photo, then one in its folder, then one above; otherwise none is stated."""
    write(tmp_path / "a", "red/one.png", "red/two.png", "red/inner/three.png", "blue/four.png", "x/five.png")
    write(tmp_path / "a", "red/LICENSE", text="\n# Creative Commons Zero\n\nThe text\n")
    write(tmp_path / "a", "red/two.png.license", text="Text: A\nSPDX-License-Identifier: MIT\n")
    write(tmp_path / "a", "x/LICENCE.md", text="\ufeff<!-- SPDX-License-Identifier: CC-BY-4.0 -->\ntext")
    found = {photo.name: photo.licence for photo in read_photos(tmp_path / "a")}
    assert found == {
        "blue/four.png": "none stated",
        "red/inner/three.png": "Creative Commons Zero",
        "red/one.png": "Creative Commons Zero",
        "red/two.png": "MIT",
        "x/five.png": "CC-BY-4.0",
    }


def test_licence_above_the_folder_of_photos_does_not_apply(tmp_path: Path) -> None:
    """The licence of a repository that contains the folder is not that of the photos."""
    write(tmp_path, "LICENSE", "photos/red/a.png", text="MIT")
    assert [photo.licence for photo in read_photos(tmp_path / "photos")] == ["none stated"]


def test_source_is_the_path_where_none_is_stated(tmp_path: Path) -> None:
    """A photo without a stated source is found again by its path."""
    assert read_photos(write(tmp_path, "red/a b.png"))[0].source == "red/a b.png"


def test_a_link_to_a_folder_below_a_label_is_wrong_usage(tmp_path: Path) -> None:
    """Its photos would be missing without a word, and a link to a folder above has no end."""
    (tmp_path / "red").mkdir()
    (tmp_path / "red" / "a.png").write_text("a photo")
    (tmp_path / "red" / "more").symlink_to("..")
    with pytest.raises(UsageError, match=r"red/more is a link to a folder"):
        read_photos(tmp_path)

"""Photos are decoded as the app decodes them, and named."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from colours import photo, write_model
from imagemodel.card import InputSpec
from imagemodel.fields import FILE
from seatrial.errors import RefusedError
from seatrial.model.photo_sets import decoding
from seatrial.model.photo_sets.decoding import decode, stem
from seatrial.model.photo_sets.source_photo import SourcePhoto


@pytest.fixture
def spec(tmp_path: Path) -> InputSpec:
    """The input of the colours model."""
    return write_model(tmp_path / "model").input


def source(root: Path, name: str, raw: bytes) -> SourcePhoto:
    """Write a photo and return it; its label is the folder."""
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_bytes(raw)
    return SourcePhoto(root / name, name, name.split("/")[0])


def test_photo_has_the_suffix_of_its_format(tmp_path: Path, spec: InputSpec) -> None:
    """A PNG that is called .jpg becomes a .png, and characters that a set does not allow are replaced."""
    photos = [source(tmp_path, "red/a photo (1).jpg", photo("red", kind="PNG"))]
    photos += [source(tmp_path, "red/b.JPEG", photo("red", kind="JPEG"))]
    assert [each.file for each in decode(photos, spec)] == ["a-photo-1.png", "b.jpg"]


def test_photo_of_a_phone_with_a_second_picture_is_a_jpeg(tmp_path: Path, spec: InputSpec) -> None:
    """Phones append a second picture to a JPEG (Pillow calls it MPO); the app decodes the first one."""
    (tmp_path / "red").mkdir()
    image = Image.new("RGB", (16, 16), "red")
    image.save(tmp_path / "red" / "a.JPG", "MPO", save_all=True, append_images=[image])
    assert [
        each.file for each in decode([SourcePhoto(tmp_path / "red/a.JPG", "red/a.JPG", "red")], spec)
    ] == ["a.jpg"]


def test_equal_names_are_distinguished(tmp_path: Path, spec: InputSpec) -> None:
    """Two photos of one name, or of names that differ in case, get the digest of their content."""
    names = ("red/a.png", "green/a.png", "blue/A.png", "blue/b.png")
    photos = [
        source(tmp_path, name, photo(name.split("/")[0], side, "PNG")) for side, name in enumerate(names, 8)
    ]
    *same, other = [each.file for each in decode(photos, spec)]
    assert other == "b.png"
    assert all(re.fullmatch(r"[aA]-[0-9a-f]{12}\.png", name) for name in same)
    assert len({name.lower() for name in same}) == 3


def test_equal_files_of_a_label_count_once(tmp_path: Path, spec: InputSpec) -> None:
    """A second copy would count as a second photo; with another label one of the two is wrong."""
    photos = [source(tmp_path, name, photo("red")) for name in ("red/a.jpg", "red/copy.jpg")]
    assert [each.names for each in decode(photos, spec)] == [("red/a.jpg", "red/copy.jpg")]
    photos.append(source(tmp_path, "blue/x.jpg", photo("red")))
    with pytest.raises(RefusedError, match=r"red/a\.jpg \(red\) and blue/x\.jpg \(blue\) are equal files"):
        decode(photos, spec)


def test_unreadable_files_are_refused_together(
    tmp_path: Path, spec: InputSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files that the app cannot decode, cut ones and too large ones are named in one error."""
    monkeypatch.setattr(decoding, "MAX_BYTES", 10_000)
    photos = [
        source(tmp_path, "red/a.heic", b"ftypheic"),
        source(tmp_path, "red/cut.jpg", photo("red")[:-200]),
        source(tmp_path, "red/good.jpg", photo("red")),
        source(tmp_path, "red/large.png", b"x" * 10_001),
    ]
    with pytest.raises(RefusedError, match=r"3 files cannot be used: red/a\.heic: not a JPEG") as raised:
        decode(photos, spec)
    assert "red/large.png: 10001 bytes" in raised.value.message
    assert "good" not in raised.value.message


@given(st.text())
def test_stem_is_valid_in_a_set(name: str) -> None:
    """Whatever a file is called, its name in the set is valid."""
    assert FILE.fullmatch(f"{stem(name)}-{'0' * 12}.webp")


def test_what_is_no_regular_file_is_refused(tmp_path: Path, spec: InputSpec) -> None:
    """A named pipe, on which reading would wait, and a link without a target are named."""
    (tmp_path / "red").mkdir()
    os.mkfifo(tmp_path / "red" / "pipe.png")
    (tmp_path / "red" / "link.png").symlink_to("nowhere")
    photos = [SourcePhoto(tmp_path / name, name, "red") for name in ("red/pipe.png", "red/link.png")]
    with pytest.raises(RefusedError, match=r"2 files cannot be used: red/pipe\.png: not a regular file"):
        decode(photos, spec)

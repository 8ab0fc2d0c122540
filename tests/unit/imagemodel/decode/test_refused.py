"""Truncated, rare and malicious files are refused."""

import struct

import pytest

from imagemodel.decode.formats import read_photo
from imagemodel.errors import ImageError
from imagemodel.preprocess import preprocess
from large_photos import LARGE_PHOTOS, chunk
from small_photos import SPEC, red


@pytest.mark.parametrize("kind", LARGE_PHOTOS)
def test_truncated_file_is_refused(kind) -> None:
    """A file that ends in its pixels or its header raises ImageError of one line with a hint."""
    data = LARGE_PHOTOS[kind]((300, 200))
    for part in (0.1, 0.3):
        with pytest.raises(ImageError) as error:
            preprocess(data[: int(len(data) * part)], SPEC)
        assert error.value.hint
        assert "\n" not in error.value.message


def test_jpeg_with_many_scans_is_refused() -> None:
    """A JPEG of a hundred and more scans, each of which takes the time of the whole image, is refused."""
    data = red("JPEG", progressive=True)
    scan = data[data.rindex(b"\xff\xda") : -2]
    with pytest.raises(ImageError, match=r"scans, the limit is 100"):
        preprocess(data[:-2] + scan * 200 + data[-2:], SPEC)


def test_baseline_jpeg_in_several_scans_reserves_its_coefficients() -> None:
    """A baseline JPEG whose first scan has one of three components is charged as a progressive one."""
    data = red("JPEG")
    start = data.index(b"\xff\xda")
    planar = data[: start + 2] + b"\0\x08\x01\x01\0\0\x3f\0" + data[start + 14 :]
    side = 384
    photo = read_photo(planar)
    assert photo.memory(side) - read_photo(data).memory(side) == photo.frame.coefficients * 2


@pytest.mark.parametrize("marker", [0xC3, 0xC9])
def test_jpeg_of_a_rare_coding_is_refused(marker) -> None:
    """A lossless or arithmetic JPEG is refused with the kind that is accepted."""
    data = red("JPEG")
    with pytest.raises(ImageError, match="lossless or arithmetic") as error:
        preprocess(data.replace(b"\xff\xc0", bytes((0xFF, marker))), SPEC)
    assert "baseline" in error.value.hint


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_millions_of_segments_are_refused(kind) -> None:
    """A file of 16 MB of empty segments is refused, not read to its end."""
    data = red(kind, xmp=b"x") if kind == "WEBP" else red(kind)
    empty, position = {
        "JPEG": (b"\xff\xfe\0\x02", 2),
        "PNG": (chunk(b"teXt", b""), 33),
        "WEBP": (b"XXXX\0\0\0\0", 30),
    }[kind]
    if kind == "WEBP":
        data = data[:4] + struct.pack("<I", len(data) - 8 + 16_000_000) + data[8:]
    with pytest.raises(ImageError, match="more than 65536 segments"):
        preprocess(data[:position] + empty * 2_000_000 + data[position:], SPEC)

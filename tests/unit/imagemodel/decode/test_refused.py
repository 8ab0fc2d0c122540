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


def test_animation_with_a_frame_larger_than_its_canvas_is_refused() -> None:
    """A first frame whose header has more pixels than the animation is refused before it is decoded."""
    data = bytearray(LARGE_PHOTOS["WebP animated"]((64, 48)))
    frame = data.index(b"\x9d\x01\x2a")
    data[frame + 3 : frame + 7] = struct.pack("<HH", 16_000, 16_000)
    with pytest.raises(ImageError):
        preprocess(bytes(data), SPEC)


@pytest.mark.parametrize("length", [12, 20, 24, 25, 32])
def test_header_that_ends_early_is_refused(length) -> None:
    """A file that ends in the header of a PNG, JPEG or WebP raises ImageError with a hint."""
    for kind in ("PNG RGB", "JPEG baseline", "WebP lossy", "WebP lossless with alpha", "WebP animated"):
        with pytest.raises(ImageError) as error:
            preprocess(LARGE_PHOTOS[kind]((64, 48))[:length], SPEC)
        assert error.value.hint


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

"""Invalid and malicious images raise ImageError, with bounded time and memory."""

import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from imagemodel.card import CROP
from imagemodel.decode.budget import Budget, Limits
from imagemodel.errors import ImageError
from imagemodel.preprocess import preprocess

from .conftest import SPEC, halves


def test_extreme_aspect_ratio_is_resized(photo) -> None:
    """An image of 60,000 x 1 pixels is resized without a large intermediate image."""
    spec = replace(SPEC, resize=CROP, shortest_side=256)
    assert preprocess(photo("red", size=(60_000, 1)), spec).shape == (4, 6, 3)


def png_header(width: int, height: int) -> bytes:
    """Return a PNG with the given size in its header and no pixel data."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    data = b"IDAT" + zlib.compress(b"")
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk
        + struct.pack(">I", len(data) - 4)
        + data
        + struct.pack(">I", zlib.crc32(data))
    )


@pytest.mark.timeout(60)
@pytest.mark.parametrize(("width", "height"), [(8000, 8000), (50_000, 50_000), (2_000_000_000, 2)])
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_too_many_pixels_are_refused_before_decoding(width, height) -> None:
    """A small file with too many pixels in its header raises ImageError without being decoded."""
    with pytest.raises(ImageError, match="the limit is 50000000"):
        preprocess(png_header(width, height), SPEC)


def test_max_pixels_is_inclusive(photo) -> None:
    """An image of `max_pixels` pixels is accepted, one of more is refused."""
    preprocess(photo("red", size=(30, 20)), SPEC, Budget(Limits(max_pixels=600)))
    with pytest.raises(ImageError, match="30 x 20 pixels"):
        preprocess(photo("red", size=(30, 20)), SPEC, Budget(Limits(max_pixels=599)))


def test_invalid_image_raises_image_error_with_hint(photo) -> None:
    """Text, no bytes, another format and a truncated file raise an ImageError of one line with a hint."""
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8))
    complete = [photo(noise, kind) for kind in ("JPEG", "PNG", "WEBP")]
    for data in (
        b"",
        b"hello",
        b"\xff\xd8\xff",
        photo(noise, "BMP"),
        *(each[: len(each) // 2] for each in complete),
    ):
        with pytest.raises(ImageError) as error:
            preprocess(data, SPEC)
        assert error.value.hint
        assert "\n" not in error.value.message


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_corrupt_image_raises_only_image_error(photo) -> None:
    """A file with random changed bytes gives an array or an ImageError."""
    random, budget = np.random.default_rng(2), Budget(Limits(max_pixels=1_000_000))
    exif = Image.Exif()
    exif[0x0112] = 6
    for kind in ("JPEG", "PNG", "WEBP"):
        data = photo(halves(), kind, exif=exif.tobytes())
        for _ in range(150):
            corrupt = bytearray(data)
            for position in random.integers(0, len(data), 4):
                corrupt[position] = random.integers(0, 256)
            try:
                assert preprocess(bytes(corrupt), SPEC, budget).shape == (4, 6, 3)
            except ImageError:
                continue

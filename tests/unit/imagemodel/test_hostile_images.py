"""Whatever is uploaded, the answer is numbers or one clear refusal, soon and in little memory."""

import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from imagemodel.card import CROP
from imagemodel.errors import ImageError
from imagemodel.preprocess import preprocess

from .conftest import SPEC, halves


def test_a_line_of_pixels_stays_small(photo) -> None:
    """A picture of one pixel's width is no way to fill the memory."""
    spec = replace(SPEC, resize=CROP, shortest_side=256)
    assert preprocess(photo("red", size=(60_000, 1)), spec).shape == (4, 6, 3)


def png_header(width: int, height: int) -> bytes:
    """Return a PNG that claims a size and has no pixels."""
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
def test_too_many_pixels_are_refused_by_the_header_alone(width, height) -> None:
    """A file of 60 bytes that claims to be enormous costs nothing."""
    with pytest.raises(ImageError, match="at most 50000000"):
        preprocess(png_header(width, height), SPEC)


def test_the_limit_of_pixels_is_the_caller_s(photo) -> None:
    """Exactly the limit passes, one pixel more does not."""
    preprocess(photo("red", size=(30, 20)), SPEC, max_pixels=600)
    with pytest.raises(ImageError, match="30 x 20 pixels"):
        preprocess(photo("red", size=(30, 20)), SPEC, max_pixels=599)


def test_what_is_no_image_is_refused(photo) -> None:
    """Text, nothing, another format and a cut file are each an ImageError of one line with a cure."""
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8))
    whole = [photo(noise, kind) for kind in ("JPEG", "PNG", "WEBP")]
    for data in (
        b"",
        b"hello",
        b"\xff\xd8\xff",
        photo(noise, "BMP"),
        *(each[: len(each) // 2] for each in whole),
    ):
        with pytest.raises(ImageError) as error:
            preprocess(data, SPEC)
        assert error.value.hint
        assert "\n" not in error.value.message


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_damaged_files_never_raise_anything_else(photo) -> None:
    """Whatever bytes arrive, the answer is numbers or an ImageError."""
    random = np.random.default_rng(2)
    exif = Image.Exif()
    exif[0x0112] = 6
    for kind in ("JPEG", "PNG", "WEBP"):
        data = photo(halves(), kind, exif=exif.tobytes())
        for _ in range(150):
            spoilt = bytearray(data)
            for place in random.integers(0, len(data), 4):
                spoilt[place] = random.integers(0, 256)
            try:
                assert preprocess(bytes(spoilt), SPEC, max_pixels=1_000_000).shape == (4, 6, 3)
            except ImageError:
                continue

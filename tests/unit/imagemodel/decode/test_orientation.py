"""The orientation is read, and nothing else of the EXIF data."""

import struct

import numpy as np
import pytest
from PIL import Image

from imagemodel.preprocess import preprocess
from large_photos import encode
from small_photos import ROTATED, SIZE, SPEC, exif_of


def upper_half_black(kind: str, exif: bytes) -> bytes:
    """Return a photo whose upper half is black as it is stored."""
    image = Image.new("L", SIZE, 255)
    image.paste(0, (0, 0, SIZE[0], SIZE[1] // 2))
    return encode(image.convert("RGB"), kind, exif=exif)


HOSTILE_TAGS = {
    "resolution as text": (0x11A, 2, 4, b"72\0\0"),
    "negative width": (0x100, 9, 1, struct.pack("<i", -1)),
    "height as float": (0x101, 11, 1, struct.pack("<f", 1.5)),
    "strip offsets as text": (0x111, 2, 4, b"abc\0"),
    "value behind the end": (0x10F, 2, 0xFFFFFF, b"\xff\xff\xff\x7f"),
}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("tag", HOSTILE_TAGS)
def test_orientation_is_read_beside_invalid_tags(kind, tag) -> None:
    """A tag of a wrong type or place neither refuses a photo nor hides its orientation."""
    data = upper_half_black(kind, exif_of(HOSTILE_TAGS[tag], ROTATED))
    values = preprocess(data, SPEC)
    assert values[2, 0].max() > 200
    assert values[2, 5].max() < 50


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0",
        b"Exif\0\0II*\0\xff\xff\xff\x7f",
        exif_of((0x0112, 3, 1, struct.pack("<HH", 77, 0))),
        exif_of((0x0112, 2, 1, b"six\0")),
        exif_of((0x0112, 3, 0, bytes(4))),
        b"Exif\0\0II*\0\x08\0\0\0\xff\xff",
        b"Exif\0\0XX" + bytes(40),
    ],
    ids=["empty", "offset", "value", "text", "no value", "count", "byte order"],
)
def test_photo_with_invalid_orientation_is_taken_as_stored(exif) -> None:
    """EXIF data that is empty, truncated or has an invalid orientation leaves the photo as it is stored."""
    values = preprocess(upper_half_black("JPEG", exif), SPEC)
    assert values[0].max() < 50
    assert values[3].min() > 200


def test_orientation_of_a_16_bit_image_is_applied() -> None:
    """A grey PNG of 16 bits is turned as one of 8 bits is."""
    for dtype, high, low in ((np.uint8, 234, 1), (np.uint16, 60_000, 500)):
        pixels = np.concatenate([np.full((24, 64), value, dtype) for value in (high, low)])
        values = preprocess(encode(Image.fromarray(pixels), "PNG", exif=exif_of(ROTATED)), SPEC)
        assert values[2, 0].max() < 5
        assert values[2, 5].min() > 230

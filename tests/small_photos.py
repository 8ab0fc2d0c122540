"""Photos for the tests of decoding, and the card with which they are read."""

import struct

from PIL import Image

from imagemodel.card import InputSpec
from imagemodel.preprocess import preprocess
from large_photos import encode

SPEC = InputSpec("x", 4, 6, "NHWC", "RGB", "float32", "stretch", 0, "bilinear", 1, (0,) * 3, (1,) * 3)
SIZE = (60, 40)
ROTATED = (0x0112, 3, 1, struct.pack("<HH", 6, 0))


def red(kind: str, **options: object) -> bytes:
    """Return a red photo."""
    return encode(Image.new("RGB", SIZE, "red"), kind, **options)


def is_red(data: bytes) -> bool:
    """Return whether `data` is decoded to a red array."""
    values = preprocess(data, SPEC)
    return bool(values[..., 0].min() > 240 and values[..., 1:].max() < 15)


def exif_of(*entries: tuple[int, int, int, bytes], tail: bytes = b"") -> bytes:
    """Return EXIF data with these tags: number, type, count and four bytes of value."""
    rows = b"".join(struct.pack("<HHI", *entry[:3]) + entry[3] for entry in entries)
    return b"Exif\0\0II*\0" + struct.pack("<IH", 8, len(entries)) + rows + bytes(4) + tail

"""Metadata is not read, whatever its size."""

import struct

import pytest
from PIL import PngImagePlugin

from large_photos import chunk
from small_photos import is_red, red


def png_with(kind: bytes, body: bytes) -> bytes:
    """Return a red PNG with a chunk between its header and its pixels."""
    data = red("PNG")
    return data[:33] + chunk(kind, body) + data[33:]


def huge_text() -> bytes:
    """Return a red PNG with 2 MB of compressed text, as image generators write it."""
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", "x" * 2_000_000, zip=True)
    return red("PNG", pnginfo=info)


METADATA = {
    "PNG text": huge_text,
    "PNG profile": lambda: red("PNG", icc_profile=bytes(2_000_000)),
    "PNG damaged profile": lambda: png_with(b"iCCP", b"name\0\0not deflated"),
    "PNG unknown chunk": lambda: png_with(b"teSt", bytes(3_000_000)),
    "PNG animation control": lambda: png_with(b"acTL", b"\0"),
    "JPEG profile": lambda: red("JPEG", icc_profile=bytes(3_000_000)),
    "JPEG comment": lambda: red("JPEG", comment=bytes(60_000)),
    "JPEG truncated Photoshop data": lambda: jpeg_with(0xED, b"Photoshop 3.0\x008BIM\x03\xed"),
    "JPEG invalid multi-picture data": lambda: jpeg_with(0xE2, b"MPF\0II*\0\xff\xff\xff\xff"),
    "JPEG bytes between segments": lambda: (lambda d: d[:20] + b"\0\0\xff" + d[20:])(red("JPEG")),
    "WebP profile": lambda: red("WEBP", icc_profile=bytes(3_000_000)),
    "WebP XMP": lambda: red("WEBP", xmp=bytes(3_000_000)),
}


def jpeg_with(marker: int, body: bytes) -> bytes:
    """Return a red JPEG with a segment at its beginning."""
    data = red("JPEG")
    return data[:2] + struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body + data[2:]


@pytest.mark.parametrize("case", METADATA)
def test_metadata_does_not_refuse_a_photo(case) -> None:
    """Large, unknown and damaged metadata is not read."""
    assert is_red(METADATA[case]())

"""Small files of large photos: the most expensive one of each format and mode that a client can send."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image

Size = tuple[int, int]
SIGNATURE = b"\x89PNG\r\n\x1a\n"
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def encode(image: Image.Image, kind: str, **options: Any) -> bytes:
    """Return `image` as a file of the format `kind`."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    """Return a chunk of a PNG."""
    checksum = zlib.crc32(kind + body).to_bytes(4, "big")
    return len(body).to_bytes(4, "big") + kind + body + checksum


def interlaced(size: Size) -> bytes:
    """Return a black interlaced PNG, which Pillow does not write."""
    header = struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 1)
    rows = bytearray()
    for left, top, across, down in _ADAM7:
        width, height = -((left - size[0]) // across), -((top - size[1]) // down)
        rows += bytes(height * (1 + width * 3)) if width else b""
    pixels = zlib.compress(rows, 1)
    return SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def _plain(mode: str, size: Size) -> Image.Image:
    if mode == "I;16":
        return Image.fromarray(np.full((size[1], size[0]), 0x8000, dtype=np.uint16))
    return Image.new(mode, size, 0)


def _jpeg(mode: str, **options: Any) -> Callable[[Size], bytes]:
    return lambda size: encode(_plain(mode, size), "JPEG", quality=30, **options)


def _png(mode: str) -> Callable[[Size], bytes]:
    return lambda size: encode(_plain(mode, size), "PNG", compress_level=1)


def _webp(mode: str, **options: Any) -> Callable[[Size], bytes]:
    return lambda size: encode(_plain(mode, size), "WEBP", method=0, **options)


def _noise(mode: str) -> Callable[[Size], bytes]:
    # libwebp needs little memory for an image of one colour.
    def write(size: Size) -> bytes:
        tile = Image.effect_noise((256, 256), 90).convert(mode)
        image = Image.new(mode, size)
        for left in range(0, size[0], 256):
            image.paste(tile, (left, (left * 7) % size[1]))
        return encode(image, "WEBP", method=0, lossless=True, quality=0)

    return write


def _translucent(size: Size) -> bytes:
    image = Image.new("RGBA", size, (9, 9, 9, 200))
    return encode(image, "WEBP", method=0, quality=30)


def _animated(size: Size) -> bytes:
    frames = [Image.new("RGB", size, colour) for colour in ("red", "blue")]
    return encode(frames[0], "WEBP", method=0, save_all=True, append_images=frames[1:])


def _turned(size: Size) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return encode(_plain("RGB", size), "PNG", compress_level=1, exif=exif.tobytes())


LARGE_PHOTOS: dict[str, Callable[[Size], bytes]] = {
    "JPEG baseline": _jpeg("RGB", subsampling=0),
    "JPEG grey": _jpeg("L"),
    "JPEG CMYK": _jpeg("CMYK"),
    "JPEG progressive 4:2:0": _jpeg("RGB", progressive=True),
    "JPEG progressive 4:4:4": _jpeg("RGB", progressive=True, subsampling=0),
    "JPEG progressive CMYK": _jpeg("CMYK", progressive=True),
    "PNG 1 bit": _png("1"),
    "PNG palette": _png("P"),
    "PNG grey": _png("L"),
    "PNG grey 16 bit": _png("I;16"),
    "PNG grey with alpha": _png("LA"),
    "PNG RGB": _png("RGB"),
    "PNG RGB turned": _turned,
    "PNG RGBA": _png("RGBA"),
    "PNG interlaced": interlaced,
    "WebP lossy": _webp("RGB", quality=30),
    "WebP lossy with alpha": _translucent,
    "WebP lossless": _noise("RGB"),
    "WebP lossless with alpha": _noise("RGBA"),
    "WebP animated": _animated,
}
"""A function for each kind, which returns a file of width and height."""

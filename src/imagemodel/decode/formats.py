"""The formats that are accepted."""

from __future__ import annotations

import struct
from typing import Final

from imagemodel.decode import jpeg, png, webp
from imagemodel.decode.photo import COMPLETE, Photo
from imagemodel.errors import ImageError

FORMATS: Final = ("JPEG", "PNG", "WEBP")
"""The names that Pillow gives them."""


def read_photo(data: bytes) -> Photo:
    """Return the photo in `data`, of which only the header is read.

    Raises ImageError if it is not a JPEG, PNG or WebP, or its header is invalid or incomplete.
    """
    try:
        if data.startswith(jpeg.SIGNATURE):
            return jpeg.read_jpeg(data)
        if data.startswith(png.SIGNATURE):
            return png.read_png(data)
        if webp.is_webp(data):
            return webp.read_webp(data)
    except (ValueError, struct.error, IndexError) as error:
        raise ImageError("the header of the image is incomplete or invalid", COMPLETE) from error
    raise ImageError("not a JPEG, PNG or WebP image", "send a JPEG, PNG or WebP image")

"""Read the orientation of a photo from its EXIF data, and nothing else of it."""

from __future__ import annotations

import struct
from typing import Final

from PIL import Image

UPRIGHT: Final = 1
_TAG: Final = 0x0112
_BYTE_ORDERS: Final = {b"II*\0": "<", b"MM\0*": ">"}
_TYPES: Final = {1: "B", 3: "H", 4: "I"}
_PREFIX: Final = b"Exif\0\0"
_ENTRY: Final = 12
_TRANSPOSITIONS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# The first upright row is the last row or column that is stored.
_REVERSED: Final = frozenset({3, 4, 7, 8})


def read_orientation(exif: bytes) -> int:
    """Return the EXIF orientation, 1 to 8; UPRIGHT if it is absent or invalid, or the data cannot be read.

    Other tags are not read: their types are often wrong in photos that every viewer shows, and each may name
    the whole data as its value.
    """
    try:
        return _find(exif.removeprefix(_PREFIX))
    except struct.error:
        return UPRIGHT


def swaps_sides(orientation: int) -> bool:
    """Return whether the upright image has the width of the stored image as its height."""
    return orientation >= 5


def crop_upright(image: Image.Image, orientation: int, top: int, bottom: int) -> Image.Image:
    """Return the rows from `top` to `bottom` of the upright image, without turning the whole of it."""
    width, height = image.size
    first, last = (top, bottom)
    if orientation in _REVERSED:
        length = width if swaps_sides(orientation) else height
        first, last = length - bottom, length - top
    box = (first, 0, last, height) if swaps_sides(orientation) else (0, first, width, last)
    strip = image.crop(box)
    transposition = _TRANSPOSITIONS.get(orientation)
    return strip if transposition is None else strip.transpose(transposition)


def _find(tiff: bytes) -> int:
    order = _BYTE_ORDERS.get(tiff[:4])
    if order is None:
        return UPRIGHT
    (directory,) = struct.unpack_from(f"{order}I", tiff, 4)
    (entries,) = struct.unpack_from(f"{order}H", tiff, directory)
    for position in range(directory + 2, directory + 2 + entries * _ENTRY, _ENTRY):
        tag, kind, count = struct.unpack_from(f"{order}HHI", tiff, position)
        if tag == _TAG and kind in _TYPES and count:
            (value,) = struct.unpack_from(f"{order}{_TYPES[kind]}", tiff, position + 8)
            return value if UPRIGHT <= value <= 8 else UPRIGHT
    return UPRIGHT

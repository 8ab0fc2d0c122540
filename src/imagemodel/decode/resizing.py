"""Resize a decoded image to the network's size without a second copy of it."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from PIL import Image

from imagemodel.card import CROP, InputSpec
from imagemodel.decode.orientation import UPRIGHT, crop_upright, swaps_sides

Box = tuple[float, float, float, float]

STRIP: Final = 2 << 20
"""The pixels that are converted at once; at least those that one row of the result needs."""

_PIXEL: Final = 4
_AS_STORED: Final = frozenset({"L", "RGB"})
_SUPPORT: Final = {"nearest": 1, "box": 1, "bilinear": 1, "bicubic": 2, "lanczos": 3}


def resize(image: Image.Image, spec: InputSpec, orientation: int) -> Image.Image:
    """Return `image` upright and resized to the card's size, in mode L or RGB.

    It is turned and converted in strips of rows of the upright image.
    """
    width, height = upright_size(image.size, orientation)
    box = source_box(width, height, spec)
    rows = _rows_at_once(width, height, box, spec)
    strips = [
        _resize_strip(image, orientation, min(rows, spec.height - top), _part(box, top, rows, spec), spec)
        for top in range(0, spec.height, rows)
    ]
    return _stack(strips, (spec.width, spec.height))


def memory(size: tuple[int, int], converted: bool, spec: InputSpec) -> int:
    """Return the bytes that `resize` takes for an upright image of `size`, without the image itself.

    `converted`: the image is turned, or its mode is neither L nor RGB.
    """
    width, height = size
    widest = max(width, spec.width)
    rows = height if widest * height <= STRIP else _rows_of(1, height / spec.height, spec)
    rows = min(height, max(rows, STRIP // widest))
    strip = (spec.width + width * 3 if converted else spec.width) * rows
    return (spec.width * spec.height * 2 + strip) * _PIXEL


def upright_size(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    """Return width and height of the upright image for those of the stored one."""
    return size[::-1] if swaps_sides(orientation) else size


def source_box(width: int, height: int, spec: InputSpec) -> Box:
    """Return the part of an image of `width` x `height` that is resized to the card's size.

    Resizing only this part equals resizing and then cropping, without the large intermediate image of an
    extreme aspect ratio.
    """
    if spec.resize != CROP:
        return (0, 0, width, height)
    unit = min(width, height) / spec.shortest_side
    left, top = (width - spec.width * unit) / 2, (height - spec.height * unit) / 2
    return (
        max(left, 0),
        max(top, 0),
        min(left + spec.width * unit, width),
        min(top + spec.height * unit, height),
    )


def _rows_at_once(width: int, height: int, box: Box, spec: InputSpec) -> int:
    scale, widest = (box[3] - box[1]) / spec.height, max(width, spec.width)
    if widest * height <= STRIP:
        return spec.height
    return max(1, int((STRIP / widest - _rows_of(0, scale, spec)) / scale))


def _rows_of(rows: int, scale: float, spec: InputSpec) -> int:
    """Return the number of rows of the source from which `rows` rows of the result are made."""
    return math.ceil(rows * scale + 2 * _SUPPORT[spec.interpolation] * max(scale, 1)) + 2


def _part(box: Box, top: int, rows: int, spec: InputSpec) -> Box:
    scale = (box[3] - box[1]) / spec.height
    end = box[3] if top + rows >= spec.height else box[1] + (top + rows) * scale
    return (box[0], box[1] + top * scale, box[2], end)


def _resize_strip(image: Image.Image, orientation: int, rows: int, box: Box, spec: InputSpec) -> Image.Image:
    first, strip = 0, image
    if image.mode not in _AS_STORED or orientation != UPRIGHT:
        margin = _rows_of(0, (box[3] - box[1]) / rows, spec)
        height = upright_size(image.size, orientation)[1]
        first, last = max(0, int(box[1]) - margin), min(height, math.ceil(box[3]) + margin)
        strip = _to_eight_bits(crop_upright(image, orientation, first, last))
    shifted = (box[0], box[1] - first, box[2], box[3] - first)
    return strip.resize((spec.width, rows), Image.Resampling[spec.interpolation.upper()], box=shifted)


def _to_eight_bits(image: Image.Image) -> Image.Image:
    if image.mode in _AS_STORED:
        return image
    if not image.mode.startswith("I"):
        return image.convert("L" if image.mode in {"1", "LA"} else "RGB")
    # Pillow's convert() clips 16 bits to 8, which makes the image nearly white.
    return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))


def _stack(strips: list[Image.Image], size: tuple[int, int]) -> Image.Image:
    if len(strips) == 1:
        return strips[0]
    whole = Image.new(strips[0].mode, size)
    top = 0
    for strip in strips:
        whole.paste(strip, (0, top))
        top += strip.height
    return whole

"""The classes of `networks`: a colour for each class, its label and its photo."""

from __future__ import annotations

import io
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

NAMED: Final = {
    "red": (255, 0, 0),
    "blue": (0, 0, 255),
    "green": (0, 255, 0),
    "yellow": (255, 255, 0),
    "magenta": (255, 0, 255),
    "cyan": (0, 255, 255),
    "white": (255, 255, 255),
    "black": (0, 0, 0),
}
_PLAIN_GREYS: Final = 32


def labels(classes: int, channels: str = "RGB") -> tuple[str, ...]:
    """Return the label of each class: a colour's name, or the levels of its photo in hexadecimal."""
    if channels != "GRAY" and classes <= len(NAMED):
        return tuple(NAMED)[:classes]
    kind = "grey" if channels == "GRAY" else "colour"
    return tuple(
        " ".join((kind, *(bytes(quarter).hex() for quarter in code[: 1 if (code == code[0]).all() else 4])))
        for code in codes(classes, channels)
    )


def photo(index: int, classes: int, channels: str = "RGB", side: int = 64, kind: str = "PNG") -> bytes:
    """Return a photo of class `index` as an image file of the format `kind`, `side` x `side` pixels."""
    quarters = codes(classes, channels)[index].reshape(2, 2, -1)
    pixels = np.broadcast_to(quarters, (2, 2, 3)).repeat(side // 2, axis=0).repeat(side // 2, axis=1)
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, kind)
    return buffer.getvalue()


def codes(classes: int, channels: str) -> NDArray[np.uint8]:
    """Return the levels of each class: shape (classes, 4 quarters, 3 channels as RGB or 1).

    The quarters differ only above 32 classes of grey.
    """
    if channels == "GRAY":
        digits = 4 if classes > _PLAIN_GREYS else 1
        return _grid(classes, digits).repeat(4 // digits, axis=1)[:, :, None]
    named = np.array(list(NAMED.values()), dtype=np.uint8)[:classes]
    colours = named if classes <= len(NAMED) else _grid(classes, 3)
    return colours[:, None, :].repeat(4, axis=1)


def _grid(classes: int, digits: int) -> NDArray[np.uint8]:
    """Return `classes` points of the smallest grid of 0 to 255 in `digits` dimensions that has as many."""
    base = next(size for size in range(2, 257) if size**digits >= classes)
    places = np.arange(classes)[:, None] // base ** np.arange(digits)[::-1] % base
    return (places * 255 // (base - 1)).astype(np.uint8)

"""Sizes of bodies in the words of every message: MiB, below one of them KiB."""

from __future__ import annotations

import math
from typing import Final

KIBIBYTE: Final = 1 << 10
MEBIBYTE: Final = 1 << 20
SMALLER: Final = "send fewer or smaller images"
"""The hint of a body that is too large."""


def size_text(count: int, at_least: bool = False) -> str:
    """Return `count` bytes with at most two decimals, never more than it is, or never less if `at_least`."""
    unit, name = (MEBIBYTE, "MiB") if count >= MEBIBYTE else (KIBIBYTE, "KiB")
    hundredths = (math.ceil if at_least else math.floor)(count * 100 / unit)
    return f"{hundredths / 100:.2f}".rstrip("0").rstrip(".") + f" {name}"


def too_large(limit: int, size: int | None = None) -> str:
    """Return what is wrong with a body of `size` bytes, or of an unknown number, above `limit`."""
    if size is None:
        return f"the body is larger than {size_text(limit)}"
    return f"the body has {size_text(size, at_least=True)}, the limit is {size_text(limit)}"

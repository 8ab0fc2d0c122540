"""Read the values of the options of `seatrial card`."""

from __future__ import annotations

import math
import re
from pathlib import Path

from seatrial.errors import UsageError
from seatrial.model.card.request import missing_text

EXAMPLE = "make card ONNX=model.onnx LABELS=labels.txt OUT=dir"


def required_files(onnx: str, labels: str, out: Path | None) -> tuple[str, str, Path]:
    """Return the three. Raises UsageError that names all that are not given."""
    if onnx and labels and out:
        return onnx, labels, out
    missing = [name for name, path in (("ONNX", onnx), ("LABELS", labels), ("OUT", out)) if not path]
    raise UsageError(missing_text(missing), EXAMPLE)


def read_size(text: str) -> tuple[int, int]:
    """Return height and width of ``224`` or ``224x320``; 0 and 0 of an empty text."""
    if not text:
        return (0, 0)
    found = re.fullmatch(r"([1-9]\d{0,3})(?:x([1-9]\d{0,3}))?", text)
    if not found:
        raise UsageError(f"SIZE: {text!r} is not a height and width in pixels", "SIZE=224 or SIZE=224x320")
    return (int(found[1]), int(found[2] or found[1]))


def read_resize(text: str) -> tuple[str, int]:
    """Return ``stretch`` or ``crop`` and the shorter side before the crop, 0 if the preset has it."""
    if text in ("", "stretch", "crop"):
        return text, 0
    if not re.fullmatch(r"[1-9]\d{0,3}", text):
        raise UsageError(f"RESIZE: {text!r} is not a way to resize", "RESIZE=stretch, crop or 256")
    return "crop", int(text)


def read_numbers(name: str, text: str) -> tuple[float, ...]:
    """Return the numbers of ``0.5`` or ``0.5,0.4,0.3``; none of an empty text."""
    try:
        numbers = tuple(float(each) for each in text.split(",")) if text else ()
    except ValueError:
        numbers = (math.nan,)
    if not all(map(math.isfinite, numbers)):
        raise UsageError(f"{name}: {text!r} is not a list of numbers", f"{name}=0.5 or {name}=0.5,0.4,0.3")
    return numbers

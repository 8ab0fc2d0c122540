"""Which files may enter the store at all."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from imagemodel.card import MODEL as ONNX
from seatrial.errors import RefusedError
from seatrial.model.layout import MODEL
from seatrial.model.onnx_safety import inspect
from seatrial.model.publication import Part

# Nothing that some loader would execute (pickles, scripts, archives) has a suffix of these.
MODEL_SUFFIXES: Final = frozenset({".onnx", ".txt", ".json", ".md"})
PHOTO_SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp"})


def refuse_unsafe(part: Part) -> None:
    """Raise RefusedError unless every file of a verified folder is of a safe kind, its ONNX included."""
    allowed = MODEL_SUFFIXES if part.kind is MODEL else PHOTO_SUFFIXES
    for name in part.listing.files:
        if Path(name).suffix.lower() not in allowed:
            raise _unsafe(part.folder / name, f"it is none of {', '.join(sorted(allowed))}")
    if part.kind is MODEL:
        for verdict in inspect(part.folder / ONNX):
            if not verdict.passed:
                raise _unsafe(part.folder / ONNX, f"{verdict.name}: {verdict.detail}")


def _unsafe(path: Path, why: str) -> RefusedError:
    return RefusedError(f"{path} is unsafe: {why}", "take it out or export it anew, then seal the card again")

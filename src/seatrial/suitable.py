"""Which folders may enter the store at all."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from modelkit.card import MODEL as ONNX
from seatrial.errors import RefusedError, UsageError
from seatrial.layout import MODEL, Kind, Listing, verified
from seatrial.onnx_safety import inspect

# Nothing that some loader would execute (pickles, scripts, archives) has a suffix of these.
MODEL_SUFFIXES: Final = frozenset({".onnx", ".txt", ".json", ".md"})
PHOTO_SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp"})


def suitable(kind: Kind, folder: Path) -> Listing:
    """Return a folder's listing once it is verified and every file in it is of a safe kind.

    Raises UsageError when there is no such folder, RefusedError when a file is not as listed or unsafe.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} is no directory", f"give the {kind.word}'s (`make example` builds one)")
    listing = verified(kind, folder)
    allowed = MODEL_SUFFIXES if kind is MODEL else PHOTO_SUFFIXES
    for name in listing.files:
        if Path(name).suffix.lower() not in allowed:
            kinds = ", ".join(sorted(allowed))
            raise RefusedError(f"{folder / name} is unsafe: it is none of {kinds}", "take it out, seal anew")
    if kind is MODEL:
        _refuse_unsafe(folder / ONNX)
    return listing


def _refuse_unsafe(path: Path) -> None:
    for verdict in inspect(path):
        if not verdict.passed:
            raise RefusedError(
                f"{path} is unsafe: {verdict.name}: {verdict.detail}", "export it as plain ONNX"
            )

"""The file types that may enter a store."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from imagemodel.card import MODEL as ONNX
from seatrial.errors import RefusedError
from seatrial.model.artefacts import MODEL
from seatrial.model.onnx_safety import inspect
from seatrial.model.publisher import Publishable

# No loader executes files with these suffixes, unlike pickles, scripts and archives.
MODEL_SUFFIXES: Final = frozenset({".onnx", ".txt", ".json", ".md"})
PHOTO_SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp"})


def require_safe_files(source: Publishable) -> None:
    """Raise RefusedError unless every file has a safe suffix and the ONNX file passes its checks."""
    require_safe_suffixes(source)
    if source.kind is MODEL:
        for check in inspect(source.folder / ONNX):
            if not check.passed:
                raise _unsafe(source.folder / ONNX, f"{check.name}: {check.detail}")


def require_safe_suffixes(source: Publishable) -> None:
    """Raise RefusedError unless every file has a safe suffix. Opens no file."""
    allowed = MODEL_SUFFIXES if source.kind is MODEL else PHOTO_SUFFIXES
    for name in source.file_list.files:
        if Path(name).suffix.lower() not in allowed:
            raise _unsafe(source.folder / name, f"the suffix is not one of {', '.join(sorted(allowed))}")


def _unsafe(path: Path, why: str) -> RefusedError:
    return RefusedError(f"{path} is unsafe: {why}", "remove it or export it again, then seal the card again")

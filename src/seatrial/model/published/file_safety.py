"""The file types that may enter a store."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from seatrial.errors import RefusedError
from seatrial.model.artefacts import MODEL
from seatrial.model.published.publication import Publishable

# No loader executes files with these suffixes, unlike pickles, scripts and archives.
MODEL_SUFFIXES: Final = frozenset({".onnx", ".txt", ".json", ".md"})
PHOTO_SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp"})


def require_safe_files(source: Publishable) -> None:
    """Raise RefusedError unless every file has a suffix that no loader executes."""
    allowed = MODEL_SUFFIXES if source.kind is MODEL else PHOTO_SUFFIXES
    for name in source.file_list.files:
        if Path(name).suffix.lower() not in allowed:
            raise _unsafe(source.folder / name, f"the suffix is not one of {', '.join(sorted(allowed))}")


def _unsafe(path: Path, why: str) -> RefusedError:
    return RefusedError(f"{path} is unsafe: {why}", "remove it or export it again, then seal the card again")

"""Write the directory of a quantised model."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from imagemodel.card import CARD, MODEL, parse_card
from imagemodel.classifier import ImageClassifier
from imagemodel.seal import seal
from seatrial import console
from seatrial.errors import RefusedError
from seatrial.model.artefacts import refusing_invalid
from seatrial.model.onnx_safety import inspect
from seatrial.model.optimization.quantising import quantise

SCHEMA: Final = 2
"""The first in which a card names the parent of a model."""


def write_quantised(parent: Path, photos: Sequence[Path], version: str, folder: Path) -> None:
    """Write the quantised version of the model in `parent` to the empty directory `folder`, and its card.

    Raises RefusedError if the network is unsafe or cannot be quantised, or a photo cannot be decoded.
    """
    for check in inspect(parent / MODEL):
        if not check.passed:
            raise RefusedError(f"{parent / MODEL} is unsafe: {check.name}: {check.detail}")
    with refusing_invalid():
        model = ImageClassifier.load(parent)
        with console.step(f"quantise {model.card.name}, calibrated with {len(photos)} photos"):
            count = quantise(parent / MODEL, model, photos, folder / MODEL)
        for name in sorted(model.card.files.keys() - {MODEL}):
            shutil.copyfile(parent / name, folder / name)
        seal(folder, _description((parent / CARD).read_bytes(), version, _change(len(photos), count)))


def _change(photos: int, count: int) -> str:
    kept = f", the first {count} convolutions in floating point" if count else ""
    return f"quantised to 8 bits, calibrated with {photos} photos{kept}"


def _description(card: bytes, version: str, change: str) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(card)
    fields.pop("files")
    if origin := fields.get("origin"):
        fields["origin"] = {**origin, "changes": [*origin["changes"], change]}
    # The metrics are those of the parent.
    changed = {"schema": SCHEMA, "version": version, "metrics": {}, "parent": parse_card(card).digest}
    return {**fields, **changed}

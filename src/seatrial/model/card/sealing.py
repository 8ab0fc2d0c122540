"""Write the sealed model directory, as a whole or not at all."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from imagemodel.card import LABELS, MODEL, Card, InputSpec
from imagemodel.errors import ImageModelError
from imagemodel.seal import seal
from imagemodel.verify import verify
from seatrial.atomic_files import temporary_directory
from seatrial.errors import RefusedError
from seatrial.model.artefacts import refusing_invalid
from seatrial.model.card.label_file import Labels
from seatrial.model.card.request import CardRequest
from seatrial.model.card.trial import Trial

SCHEMA = 2


@dataclass(frozen=True)
class Sealed:
    """The card of a model directory, and whether it was written; it was not if it was there already."""

    card: Card
    created: bool


def seal_model(request: CardRequest, spec: InputSpec, trial: Trial, labels: Labels) -> Sealed:
    """Write the model directory `request.out` and return its card; it appears as a whole.

    `spec` is how photos are prepared. A directory that contains the same model stays. Raises RefusedError if
    it exists with other content.
    """
    out = request.out.absolute()
    with refusing_invalid(), temporary_directory(out.parent) as folder:
        (folder / MODEL).write_bytes(trial.network.raw)
        (folder / LABELS).write_text(labels.text, encoding="utf-8")
        card = seal(folder, _description(request, spec, trial, labels))
        if _is_empty(out):
            folder.rename(out)
            return Sealed(card, created=True)
    if not _contains(out, card):
        raise RefusedError(f"OUT: {request.out} exists with other content", "name a new directory, OUT=dir")
    return Sealed(card, created=False)


def _is_empty(out: Path) -> bool:
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        return False
    return not out.exists() or not any(out.iterdir())


def _contains(out: Path, card: Card) -> bool:
    try:
        return out.is_dir() and verify(out).digest == card.digest
    except ImageModelError:
        return False


def _description(request: CardRequest, spec: InputSpec, trial: Trial, labels: Labels) -> dict[str, Any]:
    photo = {name: value for name, value in asdict(spec).items() if (name, value) != ("shortest_side", 0)}
    return {
        "schema": SCHEMA,
        "name": request.name,
        "version": request.version,
        "licence": request.licence,
        "task": "image-classification",
        "input": photo,
        "output": {"name": trial.network.output, "kind": trial.kind, "classes": trial.network.classes},
        "metrics": {},
        "origin": {
            "sha256": hashlib.sha256(trial.network.path.read_bytes()).hexdigest(),
            "preset": request.preset,
            "changes": [*trial.network.changes, *labels.changes],
        },
    }

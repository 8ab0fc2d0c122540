"""The predictions of a model for the photos of a set that is being made."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from seatrial.errors import RefusedError
from seatrial.model.artefacts import EVALUATION_SET, GOLDEN_SET
from seatrial.model.inference.isolated import run_isolated
from seatrial.model.inference.task import EvaluationPrediction
from seatrial.model.photo_sets.draft import DraftPhoto, Prediction, listing
from seatrial.model.validation.isolation import isolation_checks
from seatrial.settings import Validate

STARTUP_SECONDS: Final = 60.0
_NAME: Final = "draft"


def with_predictions(
    photos: Sequence[DraftPhoto], folder: Path, model: Path, labels: Sequence[str], limits: Validate
) -> tuple[DraftPhoto, ...]:
    """Return the photos in `folder` with the best labels of the model in the directory `model`.

    The model runs in the isolated subprocess. Raises RefusedError if it cannot be run, or a probability is
    not from 0 to 1.
    """
    path = folder / EVALUATION_SET.list_name
    path.write_bytes(listing(EVALUATION_SET, _NAME, "1", [photo.row(EVALUATION_SET) for photo in photos]))
    try:
        predictions = _predictions(photos, folder, model, limits)
    finally:
        path.unlink()
    pairs = zip(photos, predictions, strict=True)
    return tuple(replace(photo, predictions=_checked(photo, found, labels)) for photo, found in pairs)


def _predictions(
    photos: Sequence[DraftPhoto], folder: Path, model: Path, limits: Validate
) -> Sequence[EvaluationPrediction]:
    seconds = STARTUP_SECONDS + len(photos) * limits.max_milliseconds * 4 / 1000
    with tempfile.TemporaryDirectory(prefix="seatrial-golden-") as golden:
        _write_golden(photos[0], folder, Path(golden))
        found = run_isolated(
            model, Path(golden), seconds, evaluation=folder, require_isolation=limits.require_isolation
        )
    checks = isolation_checks(found.confinement, limits.require_isolation)
    refused = [check.detail for check in checks if not check.passed]
    if reason := "; ".join(refused) or found.fault:
        raise RefusedError(f"{model} cannot be run: {reason}", "give another model, or export it again")
    return found.evaluation


def _write_golden(photo: DraftPhoto, folder: Path, golden: Path) -> None:
    # The subprocess predicts a golden set too; one photo is enough.
    (golden / photo.file).write_bytes((folder / photo.file).read_bytes())
    row = {**photo.row(EVALUATION_SET), "min_probability": 0}
    row.pop("original", None)
    (golden / GOLDEN_SET.list_name).write_bytes(listing(GOLDEN_SET, _NAME, "1", [row]))


def _checked(photo: DraftPhoto, found: EvaluationPrediction, labels: Sequence[str]) -> tuple[Prediction, ...]:
    pairs = zip(found.classes, found.probabilities, strict=True)
    predictions = tuple(Prediction(labels[index], index, probability) for index, probability in pairs)
    for prediction in predictions:
        if not 0 <= prediction.probability <= 1:
            raise RefusedError(
                f"{photo.name}: the model gives a probability of {prediction.probability:g}",
                "correct output.kind in its card: logits are not probabilities",
            )
    return predictions

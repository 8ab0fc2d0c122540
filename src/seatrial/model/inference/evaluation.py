"""Runs in the subprocess: the best classes for every photo of an evaluation set."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from imagemodel.classifier import ImageClassifier
from imagemodel.errors import ImageModelError, PredictionError
from imagemodel.evaluation import load_evaluation
from seatrial.model.inference.task import TOP, EvaluationPrediction, Progress

Report = Callable[[Progress], None]
REPORTS = 200
"""The most lines of progress. They are part of the output, whose size is limited."""


def predict_evaluation(
    model: ImageClassifier, directory: Path | None, report: Report
) -> tuple[EvaluationPrediction, ...]:
    """Predict each photo of the evaluation set in `directory` (None: there is none), in its order.

    Calls `report` at most REPORTS times. Raises PredictionError, which names the photo, if one cannot be
    predicted, and the errors of `load_evaluation`.
    """
    if directory is None:
        return ()
    photos = load_evaluation(directory).photos
    every = -(-len(photos) // REPORTS)
    found = []
    for done, photo in enumerate(photos, start=1):
        found.append(_predict(model, photo.path))
        if done % every == 0:
            report(Progress(done=done, total=len(photos)))
    return tuple(found)


def _predict(model: ImageClassifier, path: Path) -> EvaluationPrediction:
    try:
        # One by one, as users send them, so that memory does not grow with the set.
        (best,) = model.predict([path.read_bytes()], top=TOP)
    except ImageModelError as error:
        raise PredictionError(f"evaluation photo {path.name}: {error.message}", error.hint) from error
    return EvaluationPrediction(
        classes=tuple(each.index for each in best),
        # Six digits, which bounds the output of 20,000 photos to 3 MB.
        probabilities=tuple(round(each.probability, 6) for each in best),
    )

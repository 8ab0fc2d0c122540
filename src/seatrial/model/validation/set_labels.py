"""Whether the photos of a golden set or an evaluation set have the labels of a model."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from imagemodel.evaluation import EvaluationPhoto, load_evaluation
from imagemodel.golden import Photo, load_golden
from seatrial.errors import RefusedError
from seatrial.model.artefacts import refusing_invalid
from seatrial.model.validation.label_checks import read_labels


def require_labels_of_model(model: Path, golden: Path, evaluation: Path | None) -> None:
    """Raise RefusedError for the first photo whose label and index are not those of a line of labels.txt.

    `model`, `golden` and `evaluation` are verified directories. Such a set belongs to another model.
    """
    labels = read_labels(model).labels
    with refusing_invalid():
        photos: chain[Photo | EvaluationPhoto] = chain(
            load_golden(golden).photos, load_evaluation(evaluation).photos if evaluation else ()
        )
    for photo in photos:
        found = _label(labels, photo.index)
        if found != photo.label:
            there = f"{model} has {found or 'none'} there, of {len(labels)} labels"
            raise RefusedError(
                f"{photo.path} expects {photo.label!r} at index {photo.index}, but {there}",
                "give the golden set (GOLDEN=) and the evaluation set (EVALUATION=) of this model",
            )


def _label(labels: Sequence[str], index: int) -> str:
    return labels[index] if index < len(labels) else ""

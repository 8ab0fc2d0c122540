"""The labels that the app counts by name, from the evaluation set."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from imagemodel.card import LABELS
from imagemodel.evaluation import EVALUATION, LIST_LIMIT, parse_evaluation
from imagemodel.verify import read_verified

MAX_LABELS = 200


def monitored_labels(evaluation: Path, digest: str, model: Path) -> tuple[str, ...]:
    """Return the labels of the evaluation set: the MAX_LABELS with the most photos, in the model's order.

    Opens no photo. Raises imagemodel's ImageModelError if the list of photos is damaged.
    """
    raw = read_verified(evaluation, EVALUATION, digest, LIST_LIMIT)
    photos = Counter(photo.index for photo in parse_evaluation(raw, evaluation).photos)
    most = sorted(photos, key=lambda index: (-photos[index], index))[:MAX_LABELS]
    labels = (model / LABELS).read_text(encoding="utf-8").splitlines()
    return tuple(labels[index] for index in sorted(most) if index < len(labels))

"""The answers of a model for an evaluation set, by photo and by original."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from imagemodel.evaluation import EvaluationPhoto
from seatrial.model.inference.task import EvaluationPrediction


@dataclass(frozen=True)
class PhotoAnswer:
    """The answer of a model for one photo: label, confidence (its probability), and whether it is right.

    `in_top` is whether the expected class is one of the k best.
    """

    label: str
    confidence: float
    right: bool
    in_top: bool


@dataclass(frozen=True)
class Sample:
    """The photos of an evaluation set, which are variants of fewer originals.

    The originals are independent, their variants are not: an original counts once, with the share of its
    photos that a model gets right.
    """

    photos: tuple[EvaluationPhoto, ...]

    @cached_property
    def originals(self) -> tuple[tuple[int, ...], ...]:
        """The positions of the photos of each original; equal files count as one photo."""
        found: dict[str, list[int]] = {}
        files: dict[str, str] = {}
        for position, photo in enumerate(self.photos):
            cluster = files.setdefault(photo.entry.sha256, photo.cluster)
            found.setdefault(cluster, []).append(position)
        return tuple(map(tuple, found.values()))

    @cached_property
    def classes(self) -> tuple[int, ...]:
        """The expected class of each original."""
        return tuple(self.photos[positions[0]].index for positions in self.originals)

    @cached_property
    def weights(self) -> tuple[float, ...]:
        """The weight of each photo: those of one original have a weight of 1 together."""
        found = [0.0] * len(self.photos)
        for positions in self.originals:
            for position in positions:
                found[position] = 1 / len(positions)
        return tuple(found)

    def shares(self, flags: Sequence[bool]) -> tuple[float, ...]:
        """Return for each original the share of its photos with the flag."""
        return tuple(sum(flags[each] for each in places) / len(places) for places in self.originals)


def answers(
    photos: Sequence[EvaluationPhoto],
    predictions: Sequence[EvaluationPrediction],
    labels: Sequence[str],
    best: int,
) -> tuple[PhotoAnswer, ...]:
    """Return the answers of a model with these `labels`; the `best` first classes are its top ones.

    A class is right by its index. Where the model's label of that index is not the photo's, as for a live
    model with fewer classes or another order, it is right by its label.
    """
    return tuple(
        _answer(photo, found, labels, best) for photo, found in zip(photos, predictions, strict=True)
    )


def _answer(
    photo: EvaluationPhoto, found: EvaluationPrediction, labels: Sequence[str], best: int
) -> PhotoAnswer:
    by_index = has_class(photo, labels)
    matches = [
        index == photo.index if by_index else labels[index] == photo.label for index in found.classes[:best]
    ]
    return PhotoAnswer(labels[found.classes[0]], found.probabilities[0], matches[0], any(matches))


def has_class(photo: EvaluationPhoto, labels: Sequence[str]) -> bool:
    """Return whether `labels` have the photo's label at its index."""
    return photo.index < len(labels) and labels[photo.index] == photo.label

"""Whether a model is right as often as its probabilities claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from seatrial.model.evaluation.intervals import Interval, wilson

BINS: Final = 10
"""Equal intervals of the confidence, from 0 to 1; a bin includes its upper end."""

CONFIDENCES: Final = (0.25, 0.5, 0.75, 0.9)
"""Confidences below which the answers are counted."""


@dataclass(frozen=True)
class Bin:
    """The answers with a confidence above `low` and up to `high`: their share of all, and their means."""

    low: float
    high: float
    share: float
    confidence: float
    accuracy: float


@dataclass(frozen=True)
class Below:
    """The answers with a confidence below `confidence`: their share, and how many of them are right."""

    confidence: float
    share: float
    right: Interval


@dataclass(frozen=True)
class Calibration:
    """The expected calibration error, and the bins that it is computed from, without empty ones."""

    error: float
    bins: tuple[Bin, ...]


def calibrate(confidences: Sequence[float], right: Sequence[bool], weights: Sequence[float]) -> Calibration:
    """Return the calibration of answers with these confidences (0 to 1), each with its weight.

    The expected calibration error is the mean over all answers of |accuracy - mean confidence| of the bin
    that the answer is in (Naeini, Cooper and Hauskrecht 2015; Guo et al. 2017). It is too high for few
    photos, as chance moves the accuracy of a bin.
    """
    total = sum(weights)
    rows = list(zip(confidences, right, weights, strict=True))
    bins = []
    for number in range(BINS):
        inside = [row for row in rows if _bin(row[0]) == number]
        if weight := sum(row[2] for row in inside):
            confidence = sum(row[0] * row[2] for row in inside) / weight
            accuracy = sum(row[1] * row[2] for row in inside) / weight
            bins.append(Bin(number / BINS, (number + 1) / BINS, weight / total, confidence, accuracy))
    return Calibration(sum(each.share * abs(each.accuracy - each.confidence) for each in bins), tuple(bins))


def _bin(confidence: float) -> int:
    # Rounded, so that 0.3 (a little above three tenths in binary) is in the bin that ends there.
    whole = round(confidence * BINS, 9)
    return min(max(int(whole) - (whole == int(whole)), 0), BINS - 1)


def below(
    confidences: Sequence[float], right: Sequence[bool], weights: Sequence[float], level: float
) -> tuple[Below, ...]:
    """Return for each of CONFIDENCES what the answers below it are worth, with intervals of `level`.

    A confidence below which there is less than one original is left out.
    """
    rows = list(zip(confidences, right, weights, strict=True))
    total, found = sum(weights), []
    for limit in CONFIDENCES:
        inside = [row for row in rows if row[0] < limit]
        if (size := sum(row[2] for row in inside)) >= 1:
            accuracy = min(1.0, sum(row[1] * row[2] for row in inside) / size)
            found.append(Below(limit, size / total, wilson(accuracy, size, level)))
    return tuple(found)

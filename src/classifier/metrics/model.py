"""Measure what the model does and what it sees."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from classifier.metrics.definitions import (
    BRIGHTNESS,
    DECODE,
    IMAGES,
    INFERENCE,
    PREDICTIONS,
    PROBABILITY,
    SIZE,
)
from classifier.metrics.labels import OTHER
from imagemodel.card import InputSpec
from imagemodel.classifier import ImageClassifier, Prediction
from imagemodel.decode.budget import Budget
from imagemodel.decode.photo import Photo

STEP: Final = 8
"""Brightness is the mean of every eighth pixel of every eighth row: 5 microseconds instead of 32."""


class MeasuredClassifier(ImageClassifier):
    """An image classifier whose work is measured from the call of `measure` on."""

    _labels: frozenset[str] | None = None

    def measure(self, labels: frozenset[str]) -> None:
        """Measure from now on; predictions of other labels than `labels` count as `other`."""
        self._labels = labels

    def unmeasured(self) -> Self:
        """Return a classifier with the same session whose work is not measured."""
        return type(self)(self.card, self.labels, self._session)

    def prepare_photos(self, photos: Sequence[Photo], budget: Budget | None = None) -> NDArray[Any]:
        """Return what the base class returns; observe time, sizes, formats and brightness."""
        start = time.perf_counter()
        batch = super().prepare_photos(photos, budget)
        if self._labels is not None:
            DECODE.observe(time.perf_counter() - start)
            for photo, brightness in zip(photos, mean_brightness(batch, self.card.input), strict=True):
                BRIGHTNESS.observe(float(brightness))
                IMAGES.labels(photo.format.lower()).inc()
                SIZE.observe(photo.pixels / 1e6)
        return batch

    def outputs(self, batch: NDArray[Any]) -> NDArray[np.float32]:
        """Return what the base class returns; observe the time."""
        start = time.perf_counter()
        values = super().outputs(batch)
        if self._labels is not None:
            INFERENCE.observe(time.perf_counter() - start)
        return values

    def rank(self, probabilities: NDArray[np.float32], top: int) -> list[list[Prediction]]:
        """Return what the base class returns; observe the best label of each row."""
        self.observe(probabilities)
        return super().rank(probabilities, top)

    def observe(self, probabilities: NDArray[np.float32]) -> None:
        """Observe the best label of each row, for a route that does not call `rank`."""
        if self._labels is None:
            return
        for index, probability in zip(probabilities.argmax(axis=1), probabilities.max(axis=1), strict=True):
            label = self.labels[index]
            PREDICTIONS.labels(label if label in self._labels else OTHER).inc()
            PROBABILITY.observe(float(probability))


def mean_brightness(batch: NDArray[Any], spec: InputSpec) -> NDArray[np.float64]:
    """Return the brightness of each image of a preprocessed batch, from 0 to 1: the mean of its channels."""
    channels_first = batch if spec.layout == "NCHW" else batch.transpose(0, 3, 1, 2)
    means = channels_first[:, :, ::STEP, ::STEP].mean(axis=(2, 3), dtype=np.float64)
    pixels = (means * np.array(spec.std) + np.array(spec.mean)) / spec.scale
    return np.asarray((pixels.mean(axis=1) / 255).clip(0, 1))

"""Run the model for the routes."""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from classifier.metrics.model import MeasuredClassifier
from imagemodel.card import Card
from imagemodel.classifier import Prediction
from imagemodel.decode.budget import DECODE_BYTES, Budget, Limits


@dataclass(frozen=True)
class TimedPredictions:
    """The best classes of each image, best first, and the time of preprocessing and inference in ms."""

    predictions: list[list[Prediction]]
    read_ms: float
    compute_ms: float


class Predictor:
    """A loaded model that has completed one inference. Thread-safe."""

    def __init__(self, model: MeasuredClassifier, budget: Budget | None = None) -> None:
        self.model = model
        self._budget = budget or Budget()
        self.predict([blank_image(model.card)], top=1)

    @property
    def card(self) -> Card:
        """The model's card."""
        return self.model.card

    def unmeasured(self) -> Predictor:
        """Return a predictor with the same model whose work does not appear in the metrics."""
        return Predictor(self.model.unmeasured(), self._budget)

    def predict(self, images: Sequence[bytes], top: int) -> TimedPredictions:
        """Return the `top` most probable classes of each image.

        Raises imagemodel's ImageError for an image that cannot be decoded or is too large, its BusyError if
        too many large images are decoded at once, and its PredictionError if the inference fails.
        """
        start = time.perf_counter()
        batch = self._prepare(images)
        read = time.perf_counter()
        predictions = self.model.rank(self.model.infer(batch), top)
        return TimedPredictions(predictions, (read - start) * 1000, (time.perf_counter() - read) * 1000)

    def outputs(self, batch: Sequence[bytes] | NDArray[Any]) -> NDArray[np.float32]:
        """Return the numbers of the network, before any softmax, for images or for a preprocessed batch.

        Raises what `predict` raises.
        """
        return self.model.outputs(batch if isinstance(batch, np.ndarray) else self._prepare(batch))

    def _prepare(self, images: Sequence[bytes]) -> NDArray[Any]:
        """Decode and preprocess images: the one place, so that every route has the same limits."""
        return self.model.prepare(images, self._budget)


def load_predictor(directory: Path, threads: int, decode_bytes: int = DECODE_BYTES) -> Predictor:
    """Load and verify the model in `directory`, and run one inference.

    The decodes of large images that run at once take at most `decode_bytes`. Raises imagemodel's
    ImageModelError if the files do not match their card or the inference fails.
    """
    budget = Budget(Limits(max_bytes=decode_bytes))
    return Predictor(MeasuredClassifier.load(directory, threads), budget)


def blank_image(card: Card) -> bytes:
    """Return a grey PNG of the model's input size."""
    buffer = io.BytesIO()
    Image.new("RGB", (card.input.width, card.input.height), (127, 127, 127)).save(buffer, "PNG")
    return buffer.getvalue()

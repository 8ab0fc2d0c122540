"""The one place where the app meets the model."""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from imagemodel.card import Card
from imagemodel.classifier import Model, Prediction


@dataclass(frozen=True)
class Answer:
    """The best classes of each image, best first, and what reading and computing took (milliseconds)."""

    predictions: list[list[Prediction]]
    read_ms: float
    compute_ms: float


class Predictor:
    """A model in memory that has proved it answers. `predict` may be called by several threads at once."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.predict([blank_photo(model.card)], top=1)

    @property
    def card(self) -> Card:
        """What the model says of itself."""
        return self.model.card

    def predict(self, images: Sequence[bytes], top: int) -> Answer:
        """Return the `top` likeliest classes of each image.

        Raises imagemodel's ImageError where one is no image, its PredictionError where the model fails.
        """
        start = time.perf_counter()
        batch = self.model.prepare(images)
        read = time.perf_counter()
        predictions = self.model.rank(self.model.infer(batch), top)
        return Answer(predictions, (read - start) * 1000, (time.perf_counter() - read) * 1000)


def load_predictor(directory: Path, threads: int) -> Predictor:
    """Load the model in `directory`, verified, and ask it one real question.

    Raises imagemodel's ImageModelError where the files are not what their card says or the answer is none.
    """
    return Predictor(Model.load(directory, threads))


def blank_photo(card: Card) -> bytes:
    """Return a grey PNG of the size that the model wants: what the first question is asked about."""
    buffer = io.BytesIO()
    Image.new("RGB", (card.input.width, card.input.height), (127, 127, 127)).save(buffer, "PNG")
    return buffer.getvalue()

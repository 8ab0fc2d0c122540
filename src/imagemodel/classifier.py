"""A model that answers: load it as its card says, and rank the classes of photos."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from imagemodel.card import LABELS, MODEL, Card
from imagemodel.errors import CardError, PredictionError, VerifyError
from imagemodel.preprocess import MAX_PIXELS, preprocess
from imagemodel.session import check_session, open_session
from imagemodel.verify import verify


@dataclass(frozen=True)
class Prediction:
    """One class: its label, its probability from 0 to 1, and its place in `labels.txt`, from 0."""

    label: str
    probability: float
    index: int


class Model:
    """A verified model in memory. `predict` may be called by several threads at once."""

    def __init__(self, card: Card, labels: Sequence[str], session: ort.InferenceSession) -> None:
        self.card = card
        self.labels = tuple(labels)
        self._session = session
        self._one_by_one = session.get_inputs()[0].shape[0] == 1

    @classmethod
    def load(cls, directory: Path, threads: int = 1, digest: str | None = None) -> "Model":
        """Return the model in `directory`, verified; it computes one request on `threads` threads.

        VerifyError: a file is not what the card says, or onnxruntime cannot load it. CardError: the card is
        wrong, or the model has other inputs, outputs, shapes or labels than it says.
        """
        card = verify(directory, digest)
        session = open_session(directory / MODEL, threads)
        check_session(session, card, directory / MODEL)
        return cls(card, load_labels(directory / LABELS, card.output.classes), session)

    def predict(self, images: Sequence[bytes], top: int = 3) -> list[list[Prediction]]:
        """Return for each image its `top` likeliest classes, best first; ImageError if one is no image."""
        return self.rank(self.infer(self.prepare(images)), top) if images else []

    def prepare(self, images: Sequence[bytes], max_pixels: int = MAX_PIXELS) -> NDArray[Any]:
        """Return `images` as one batch, of shape ``(len(images), *card.input.shape)``."""
        return np.stack([preprocess(data, self.card.input, max_pixels) for data in images])

    def infer(self, batch: NDArray[Any]) -> NDArray[np.float32]:
        """Return the probabilities of a prepared batch: shape ``(photos, classes)``, each row adding up to 1.

        PredictionError: the model failed, or its answer is not numbers of that shape.
        """
        parts = np.split(batch, len(batch)) if self._one_by_one else [batch]
        values = np.concatenate([self._run(part) for part in parts])
        if values.shape != (len(batch), self.card.output.classes) or not np.isfinite(values).all():
            raise PredictionError(
                f"{self.card.name}: expected {self.card.output.classes} finite numbers a photo"
            )
        return softmax(values) if self.card.output.kind == "logits" else values

    def _run(self, batch: NDArray[Any]) -> NDArray[np.float32]:
        try:
            (values,) = self._session.run([self.card.output.name], {self.card.input.name: batch})
        # onnxruntime's own errors share no base but Exception.
        except Exception as error:
            raise PredictionError(f"{self.card.name}: {' '.join(str(error).split())}") from error
        return np.asarray(values, dtype=np.float32).reshape(len(batch), -1)

    def rank(self, probabilities: NDArray[np.float32], top: int) -> list[list[Prediction]]:
        """Return the `top` best classes of each row, best first; equals stand in the order of the labels."""
        order = np.argsort(-probabilities, axis=1, kind="stable")[:, :top]
        return [
            [Prediction(self.labels[i], float(row[i]), int(i)) for i in best]
            for row, best in zip(probabilities, order, strict=True)
        ]


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the rows of `logits` as probabilities."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)


def load_labels(path: Path, classes: int) -> list[str]:
    """Return the labels in `path`, one a line; CardError unless there are `classes`, each of them a text."""
    try:
        labels = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise CardError(f"{path}: expected UTF-8, found {error.reason}") from error
    except OSError as error:
        raise VerifyError(f"{path}: {error.strerror}") from error
    if len(labels) != classes:
        raise CardError(f"{path}: expected {classes} lines (output.classes), found {len(labels)}")
    for number, label in enumerate(labels, start=1):
        if not label.strip():
            raise CardError(f"{path}: line {number}: expected a label, found nothing")
    return labels

"""Load an image classifier and predict the classes of images."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from imagemodel.card import LABELS, MODEL, Card
from imagemodel.decode.budget import Budget
from imagemodel.decode.formats import read_photo
from imagemodel.decode.photo import Photo
from imagemodel.errors import CardError, NotFiniteError, PredictionError, VerifyError
from imagemodel.numbered import each_image
from imagemodel.preprocess import preprocess_photo
from imagemodel.session import check_session, open_session
from imagemodel.verify import verify

MAX_BATCH: Final = 4
"""The largest number of images of one inference.

Its memory grows with its images and stays with the process: 32 at once took 290 MB more than 4, and 18 % more
processor time for each.
"""


@dataclass(frozen=True)
class Prediction:
    """One class: its label, its probability from 0 to 1, and its index (line of `labels.txt`, from 0)."""

    label: str
    probability: float
    index: int


class ImageClassifier:
    """A verified model in memory. Its methods are thread-safe."""

    def __init__(self, card: Card, labels: Sequence[str], session: ort.InferenceSession) -> None:
        self.card = card
        self.labels = tuple(labels)
        self._session = session
        self._batch = 1 if session.get_inputs()[0].shape[0] == 1 else MAX_BATCH

    @classmethod
    def load(cls, directory: Path, threads: int = 1, digest: str | None = None) -> Self:
        """Load and verify the model in `directory`; one inference uses `threads` threads.

        Raises VerifyError if a file or the model digest (`digest`, if given) does not match, or onnxruntime
        cannot load the network; CardError if the card is not valid, or if the network's inputs, outputs and
        shapes or the labels do not match it.
        """
        card = verify(directory, digest)
        session = open_session(directory / MODEL, threads)
        check_session(session, card, directory / MODEL)
        return cls(card, load_labels(directory / LABELS, card.output.classes), session)

    def predict(self, images: Sequence[bytes], top: int = 3) -> list[list[Prediction]]:
        """Return the `top` most probable classes of each image, best first.

        Raises ImageError if an image cannot be decoded, PredictionError if the inference fails.
        """
        return self.rank(self.infer(self.prepare(images)), top) if images else []

    def prepare(self, images: Sequence[bytes], budget: Budget | None = None) -> NDArray[Any]:
        """Return `images`, preprocessed, as one batch of shape ``(len(images), *card.input.shape)``.

        Raises what `preprocess` raises, an ImageError with the number of the image.
        """
        return self.prepare_photos(each_image(read_photo, images), budget)

    def prepare_photos(self, photos: Sequence[Photo], budget: Budget | None = None) -> NDArray[Any]:
        """Return what `prepare` returns, of photos whose headers were read. Raises what `prepare` raises."""
        arrays = each_image(lambda photo: preprocess_photo(photo, self.card.input, budget), photos)
        # Stacking one array would copy it.
        return arrays[0][np.newaxis] if len(arrays) == 1 else np.stack(arrays)

    def infer(self, batch: NDArray[Any]) -> NDArray[np.float32]:
        """Return the probabilities of a preprocessed batch, shape ``(images, classes)``; each row sums to 1.

        Raises what `outputs` raises.
        """
        return self.probabilities(self.outputs(batch))

    def outputs(self, batch: NDArray[Any]) -> NDArray[np.float32]:
        """Return the numbers of the network for a preprocessed batch, before any softmax, one row an image.

        Raises PredictionError if the inference fails or its output has another shape, and NotFiniteError if
        the output is not finite.
        """
        parts = np.split(batch, range(self._batch, len(batch), self._batch))
        values = np.concatenate([self._run(part) for part in parts])
        expected = f"{self.card.name}: expected {self.card.output.classes} finite numbers per image"
        if values.shape != (len(batch), self.card.output.classes):
            raise PredictionError(expected)
        if not np.isfinite(values).all():
            raise NotFiniteError(expected)
        return values

    def probabilities(self, outputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the probabilities of what `outputs` returned."""
        return softmax(outputs) if self.card.output.kind == "logits" else outputs

    def _run(self, batch: NDArray[Any]) -> NDArray[np.float32]:
        try:
            (values,) = self._session.run([self.card.output.name], {self.card.input.name: batch})
        # The only common base of onnxruntime's errors is Exception.
        except Exception as error:
            raise PredictionError(f"{self.card.name}: {' '.join(str(error).split())}") from error
        return np.asarray(values, dtype=np.float32).reshape(len(batch), -1)

    def rank(self, probabilities: NDArray[np.float32], top: int) -> list[list[Prediction]]:
        """Return the `top` best classes of each row, best first; ties keep the order of the labels."""
        return [
            [Prediction(self.labels[i], float(row[i]), int(i)) for i in best_classes(row, top)]
            for row in probabilities
        ]


def best_classes(probabilities: NDArray[np.float32], top: int) -> NDArray[np.intp]:
    """Return the indices of the `top` largest numbers, largest first; ties keep their order."""
    indices = np.arange(len(probabilities))
    if top < len(probabilities):
        # Sorting 20,000 numbers takes as long as an inference.
        least = np.partition(probabilities, -top)[-top]
        indices = np.flatnonzero(probabilities >= least)
    return indices[np.argsort(-probabilities[indices], kind="stable")][:top]


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the softmax of each row of `logits`."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)


def load_labels(path: Path, classes: int) -> list[str]:
    """Return the labels in the file at `path`, one per line.

    Raises CardError unless it is UTF-8 with `classes` non-empty lines, VerifyError if it cannot be read.
    """
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
            raise CardError(f"{path}: line {number}: expected a label, found an empty line")
    return labels

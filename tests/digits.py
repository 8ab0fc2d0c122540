"""scikit-learn's 1,797 handwritten digits: training digits, a golden set, an evaluation set, and networks.

The networks are called by their quality on the evaluation set: `good` and `retrained` (another seed) are
equal but for chance, `slightly_worse` and `worse` are not. `weaker` loses
a share of the answers that a test chooses.
"""

from __future__ import annotations

import gzip
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from PIL import Image

from digit_networks import CLASSES, Array, Network, train, weakened
from imagemodel.card import Card
from imagemodel.evaluation import EvaluationSet, load_evaluation
from imagemodel.golden import GoldenSet, load_golden
from imagemodel.seal import canonical_json, describe_file, seal

FILE: Final = Path(__file__).parent / "fixtures" / "digits" / "digits.csv.gz"
SOURCE: Final = "E. Alpaydin and C. Kaynak, UCI Machine Learning Repository, by scikit-learn"
LICENCE: Final = "CC-BY-4.0"
LABELS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TRAINING: Final = 697
EVALUATION: Final = 1100
"""The first digits train, the last ones are the evaluation set; the two were written at different times."""

_LEVELS: Final = 16
_STEP: Final = 15
"""A pixel of a photo is 15 times one of the data, so that the 17 levels fit in 8 bits."""


@dataclass(frozen=True)
class Digits:
    """Images as rows of 64 pixels from 0 to 1, and the digit of each."""

    images: Array
    digits: NDArray[np.int64]

    def part(self, start: int, stop: int | None = None) -> Digits:
        """Return the images from `start` to before `stop`."""
        return Digits(self.images[start:stop], self.digits[start:stop])


@cache
def load() -> Digits:
    """Return all 1,797 digits, in the order of the file."""
    with gzip.open(FILE) as file:
        table = np.loadtxt(file, delimiter=",", dtype=np.int64)
    return Digits((table[:, :-1] / _LEVELS).astype(np.float32), table[:, -1])


def training() -> Digits:
    """Return the digits that train the networks; the golden set is chosen from them."""
    return load().part(0, TRAINING)


def held_out() -> Digits:
    """Return the digits of the evaluation set, which train no network."""
    return load().part(TRAINING, TRAINING + EVALUATION)


@cache
def good() -> Network:
    """Return the network that the others are compared with."""
    return train(training().images, training().digits)


@cache
def retrained() -> Network:
    """Return a network that differs from `good` in its seed alone."""
    return train(training().images, training().digits, seed=1)


@cache
def weaker(loss: float) -> Network:
    """Return `good` with noise that costs it about `loss` (0 to 1) of the evaluation set."""
    sample = held_out()
    return weakened(
        good(), sample.images, sample.digits, good().accuracy(sample.images, sample.digits) - loss
    )


def slightly_worse() -> Network:
    """Return `good` with a loss of three photos in a hundred."""
    return weaker(0.03)


@cache
def worse() -> Network:
    """Return a network that was trained with a tenth of the digits."""
    few = training().part(0, TRAINING // 10)
    return train(few.images, few.digits)


def write_model(
    directory: Path,
    network: Network | None = None,
    version: str = "1.0.0",
    labels: tuple[str, ...] = LABELS,
    model: onnx.ModelProto | None = None,
) -> Card:
    """Write the directory of `network` (default: `good`) and return its card; `model` is another export."""
    directory.mkdir(parents=True)
    onnx.save(model or (network or good()).model(), directory / "model.onnx")
    (directory / "labels.txt").write_text("\n".join(labels) + "\n")
    return seal(directory, _description(version))


def write_golden(directory: Path, version: str = "1.0.0", per_digit: int = 2) -> GoldenSet:
    """Write a golden set of the `per_digit` digits of each class of which `good` is most confident."""
    sample, logits = training(), good().logits(training().images)
    directory.mkdir(parents=True)
    rows = []
    for digit in range(CLASSES):
        margin = np.where(sample.digits == digit, logits[:, digit] - np.sort(logits)[:, -2], -np.inf)
        for place in sorted(np.argsort(-margin)[:per_digit]):
            row = _photo(directory, f"{LABELS[digit]}-{place:04}.png", sample.images[place], digit)
            rows.append({**row, "min_probability": 0.5})
    listing = {"schema": 1, "name": "digits", "version": version, "photos": rows}
    (directory / "golden.json").write_bytes(canonical_json(listing))
    return load_golden(directory)


def write_evaluation(directory: Path, count: int = EVALUATION, version: str = "1.0.0") -> EvaluationSet:
    """Write the first `count` held-out digits as an evaluation set."""
    sample = held_out().part(0, count)
    directory.mkdir(parents=True)
    rows = [
        _photo(directory, f"{place:04}.png", image, int(digit))
        for place, (image, digit) in enumerate(zip(sample.images, sample.digits, strict=True))
    ]
    listing = {"schema": 1, "name": "digits-held-out", "version": version, "photos": rows}
    (directory / "evaluation.json").write_bytes(canonical_json(listing))
    return load_evaluation(directory)


def png(image: Array) -> bytes:
    """Return an image as a PNG of 8 x 8 grey pixels, of which the card recovers the exact values."""
    pixels = (image.reshape(8, 8) * _LEVELS).round().astype(np.uint8) * _STEP
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def _photo(directory: Path, file: str, image: Array, digit: int) -> dict[str, Any]:
    (directory / file).write_bytes(png(image))
    row = {"file": file, **describe_file(directory / file), "label": LABELS[digit], "index": digit}
    return {**row, "source": SOURCE, "licence": LICENCE}


def _description(version: str) -> dict[str, object]:
    image = {
        "name": "image",
        "height": 8,
        "width": 8,
        "layout": "NCHW",
        "channels": "GRAY",
        "dtype": "float32",
        "resize": "stretch",
        "interpolation": "nearest",
        "scale": 1 / (_LEVELS * _STEP),
        "mean": [0.0],
        "std": [1.0],
    }
    return {
        "name": "digits",
        "version": version,
        "licence": "MIT AND CC-BY-4.0",
        "task": "image-classification",
        "input": image,
        "output": {"name": "probabilities", "kind": "probabilities", "classes": CLASSES},
        "metrics": {},
    }

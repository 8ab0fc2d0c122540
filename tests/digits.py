"""scikit-learn's 1,797 handwritten digits: training digits, a golden set, an evaluation set, and networks.

The networks are called by their quality on the evaluation set: `good` and `retrained` (another seed) are
equal but for chance, `slightly_worse` and `worse` are not. `weaker` loses
a share of the answers that a test chooses.
"""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from examples.digits.data import EVALUATION, LICENCE, SOURCE, TRAINING
from examples.digits.data import FILE as FILE
from examples.digits.data import LABELS as LABELS
from examples.digits.data import LEVELS as _LEVELS
from examples.digits.data import held_out as held_out
from examples.digits.data import training as training
from examples.digits.network import CLASSES, Array, Network, weakened
from examples.digits.network import train as train
from PIL import Image

from imagemodel.card import Card
from imagemodel.evaluation import EvaluationSet, load_evaluation
from imagemodel.golden import GoldenSet, load_golden
from imagemodel.seal import canonical_json, describe_file, seal

_STEP: Final = 15
"""A pixel of a photo is 15 times one of the data, so that the 17 levels fit in 8 bits."""


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

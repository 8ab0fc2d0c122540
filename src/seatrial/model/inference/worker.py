"""The code that runs in the subprocess: load the model and predict every photo."""

from __future__ import annotations

import resource
import time
from pathlib import Path

from imagemodel.classifier import ImageClassifier
from imagemodel.errors import ImageModelError
from imagemodel.golden import Photo, load_golden
from seatrial.model.inference.isolated import InferenceResult, PhotoPrediction

MEMORY_BYTES = 8 << 30
"""Limit of the address space: far above what a classifier needs, below the memory of a build machine."""


def predict_golden_set(model: Path, golden: Path, rounds: int) -> InferenceResult:
    """Predict each photo once, then `rounds` times more for the latency.

    A problem of the model is not raised; it is the `fault` of the result.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    try:
        loaded = ImageClassifier.load(model)
        photos = load_golden(golden).photos
        return InferenceResult(predictions=tuple(_predict(loaded, photo, rounds) for photo in photos))
    except ImageModelError as error:
        return InferenceResult(fault=error.message)
    except MemoryError:
        return InferenceResult(fault=f"the model needs more than {MEMORY_BYTES >> 30} GiB of memory")


def _predict(model: ImageClassifier, photo: Photo, rounds: int) -> PhotoPrediction:
    image = photo.path.read_bytes()
    best = model.predict([image], top=1)[0][0]
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        model.predict([image], top=1)
        seconds.append(time.perf_counter() - start)
    return PhotoPrediction(
        file=photo.path.name,
        label=best.label,
        index=best.index,
        probability=best.probability,
        milliseconds=tuple(round(each * 1000, 3) for each in seconds),
    )

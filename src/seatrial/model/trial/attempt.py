"""Inside the process of a trial: load the model, ask it about every photo."""

from __future__ import annotations

import resource
import time
from pathlib import Path

from imagemodel.classifier import ImageClassifier
from imagemodel.errors import ImageModelError
from imagemodel.golden import Photo, load_golden
from seatrial.model.trial.outcome import PhotoResult, TrialResult

MEMORY = 8 << 30
"""Bytes of address space: many times what a classifier needs, and less than would harm the machine."""


def attempt(model: Path, golden: Path, rounds: int) -> TrialResult:
    """Return what the model in `model` answers to each photo, each asked `rounds` times after a first.

    What is wrong with the model stands in the outcome's `fault`; it is never raised.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        loaded = ImageClassifier.load(model)
        photos = load_golden(golden).photos
        return TrialResult(answers=tuple(_ask(loaded, photo, rounds) for photo in photos))
    except ImageModelError as error:
        return TrialResult(fault=error.message)
    except MemoryError:
        return TrialResult(fault=f"it needs more than {MEMORY >> 30} GiB of memory")


def _ask(model: ImageClassifier, photo: Photo, rounds: int) -> PhotoResult:
    image = photo.path.read_bytes()
    best = model.predict([image], top=1)[0][0]
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        model.predict([image], top=1)
        seconds.append(time.perf_counter() - start)
    return PhotoResult(
        file=photo.path.name,
        label=best.label,
        index=best.index,
        probability=best.probability,
        milliseconds=tuple(round(each * 1000, 3) for each in seconds),
    )

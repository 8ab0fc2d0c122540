"""The code that runs in the subprocess: inspect the model, load it and predict every photo."""

from __future__ import annotations

import resource
import time

from imagemodel.card import MODEL as ONNX
from imagemodel.classifier import ImageClassifier
from imagemodel.errors import ImageModelError
from imagemodel.golden import Photo, load_golden
from seatrial.model.inference.confinement import set_limit
from seatrial.model.inference.evaluation import Report, predict_evaluation
from seatrial.model.inference.memory import PeakMemory
from seatrial.model.inference.probes import MOST_PHOTOS, probe, run_batch
from seatrial.model.inference.task import InferenceResult, PhotoPrediction, Task, median_milliseconds
from seatrial.model.onnx_safety import inspect
from seatrial.results import Check

MEMORY_BYTES = 8 << 30
"""Limit of the address space: far above what a classifier needs, below the memory of a build machine."""


def carry_out(task: Task, report: Report) -> InferenceResult:
    """Inspect the model, and if it is safe predict each photo; call `report` with the progress.

    A problem of the model is not raised; it is a failed check or the `fault` of the result.
    """
    set_limit(resource.RLIMIT_AS, MEMORY_BYTES)
    memory = PeakMemory()
    try:
        checks = tuple(inspect(task.model / ONNX))
        if not all(check.passed for check in checks):
            return InferenceResult(inspection=checks)
        return _run(task, checks, report, memory)
    except MemoryError:
        return InferenceResult(fault=f"the model needs more than {MEMORY_BYTES >> 30} GiB of memory")


def _run(task: Task, checks: tuple[Check, ...], report: Report, memory: PeakMemory) -> InferenceResult:
    try:
        photos = load_golden(task.golden).photos
        images = [photo.path.read_bytes() for photo in photos[:MOST_PHOTOS]]
        with memory.measured():
            model = ImageClassifier.load(task.model)
            predictions = tuple(_predict(model, photo, task.rounds) for photo in photos)
            run_batch(model, images)
        slow = median_milliseconds(predictions) > task.max_milliseconds
        return InferenceResult(
            inspection=checks,
            predictions=predictions,
            # A model that is refused for its time would need minutes for all other photos.
            probes=None if slow else probe(model, images),
            memory=memory.result,
            evaluation=predict_evaluation(model, None if slow else task.evaluation, report),
        )
    except ImageModelError as error:
        return InferenceResult(inspection=checks, fault=error.message)


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

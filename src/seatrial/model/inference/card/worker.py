"""The code that runs in the subprocess: run the network on random photos and on the user's photo."""

from __future__ import annotations

import io
import resource
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from imagemodel.card import Card, InputSpec, OutputSpec
from imagemodel.classifier import softmax
from imagemodel.errors import ImageError, ImageModelError
from imagemodel.preprocess import preprocess
from imagemodel.session import check_session, open_session
from seatrial.model.inference.card.task import Guess, TrialResult, TrialTask
from seatrial.model.inference.confinement import set_limit
from seatrial.model.inference.worker import MEMORY_BYTES

NOISE_PHOTOS: Final = 3
SUM_TOLERANCE: Final = 0.02
"""float16 rounds each of a thousand probabilities."""

Run = Callable[[NDArray[Any]], NDArray[np.float32]]


def carry_out(task: TrialTask) -> TrialResult:
    """Run the network. A problem of network or photo is not raised; it is a fault of the result."""
    set_limit(resource.RLIMIT_AS, MEMORY_BYTES)
    try:
        return _try(task, _runner(task))
    except ImageError as error:
        return TrialResult(photo_fault=error.message)
    except ImageModelError as error:
        return TrialResult(fault=error.message)
    except MemoryError:
        return TrialResult(fault=f"it needs more than {MEMORY_BYTES >> 30} GiB of memory")


def _runner(task: TrialTask) -> Run:
    session = open_session(task.model, 1)
    check_session(session, _card(task), task.model)
    name = task.inputs[0].name

    def run(batch: NDArray[Any]) -> NDArray[np.float32]:
        try:
            (values,) = session.run([task.output], {name: batch})
        # The only common base of onnxruntime's errors is Exception.
        except Exception as error:
            raise ImageModelError(" ".join(str(error).split())[:300]) from error
        if values.shape != (len(batch), task.classes):
            raise ImageModelError(f"its output has shape {list(values.shape)}, not [1, {task.classes}]")
        return np.asarray(values, dtype=np.float32)

    return run


def _card(task: TrialTask) -> Card:
    output = OutputSpec(task.output, "logits", task.classes)
    return Card("-", "-", "-", "-", "image-classification", task.inputs[0], output, {}, {}, "-")


def _try(task: TrialTask, run: Run) -> TrialResult:
    photos = [preprocess(_noise(task.inputs[0], seed), task.inputs[0])[None] for seed in range(NOISE_PHOTOS)]
    rows = np.concatenate([run(photo) for photo in photos])
    if not np.isfinite(rows).all():
        return TrialResult(fault="its output has numbers that are not finite")
    bounded = bool(((rows >= -1e-3) & (rows <= 1 + 1e-3)).all())
    sums = bool((np.abs(rows.sum(axis=1) - 1) < SUM_TOLERANCE).all())
    return TrialResult(
        kind="probabilities" if bounded and sums else "logits",
        bounded=bounded,
        repeats=_close(np.concatenate([run(photo) for photo in photos]), rows),
        batches=_predicts_together(run, photos, rows),
        guesses=_guesses(task, run, is_probability=bounded and sums),
    )


def _noise(spec: InputSpec, seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (spec.height, spec.width, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def _predicts_together(run: Run, photos: list[NDArray[Any]], rows: NDArray[np.float32]) -> bool:
    try:
        return _close(run(np.concatenate(photos)), rows)
    except ImageModelError:
        return False


def _close(found: NDArray[np.float32], expected: NDArray[np.float32]) -> bool:
    scale = max(float(np.abs(expected).max()), 1e-6)
    return bool(np.abs(found - expected).max() <= 0.01 * scale)


def _guesses(task: TrialTask, run: Run, *, is_probability: bool) -> tuple[tuple[Guess, ...], ...]:
    if task.photo is None:
        return ()
    data = task.photo.read_bytes()
    rows = np.concatenate([run(preprocess(data, spec)[None]) for spec in task.inputs])
    if not np.isfinite(rows).all():
        raise ImageModelError("its output for the photo has numbers that are not finite")
    shares = rows if is_probability else softmax(rows)
    return tuple(
        tuple(
            Guess(index=int(i), probability=float(row[i]))
            for i in np.argsort(-row, kind="stable")[: task.top]
        )
        for row in shares
    )

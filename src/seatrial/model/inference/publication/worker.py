"""The code that runs in the subprocess before a publication: load the network, decode the photos."""

from __future__ import annotations

import resource
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from imagemodel.card import MODEL as ONNX
from imagemodel.card import InputSpec
from imagemodel.classifier import ImageClassifier
from imagemodel.errors import ImageError, ImageModelError, PredictionError
from imagemodel.preprocess import preprocess
from seatrial.model.inference.confinement import set_limit
from seatrial.model.inference.pictures import odd_photos
from seatrial.model.inference.probe_result import OutputRange
from seatrial.model.inference.probes import output_range
from seatrial.model.inference.publication.task import SHOWN, PublicationResult, PublicationTask
from seatrial.model.inference.worker import MEMORY_BYTES
from seatrial.model.onnx_safety import inspect

SPEC: Final = InputSpec(
    name="input",
    height=224,
    width=224,
    layout="NCHW",
    channels="RGB",
    dtype="float32",
    resize="stretch",
    shortest_side=0,
    interpolation="bilinear",
    scale=1.0,
    mean=(0.0, 0.0, 0.0),
    std=(1.0, 1.0, 1.0),
)
"""An input of usual size: whether a photo can be decoded does not depend on the model."""


def carry_out(task: PublicationTask) -> PublicationResult:
    """Inspect and run the network of the model, and decode every photo.

    A problem of a file is not raised; it is a failed check, the fault, or a broken photo of the result.
    """
    set_limit(resource.RLIMIT_AS, MEMORY_BYTES)
    found = _run(task.model) if task.model else PublicationResult()
    return found.model_copy(update={"broken": tuple(islice(_broken(task.photos), SHOWN))})


def _run(model: Path) -> PublicationResult:
    checks = tuple(inspect(model / ONNX))
    if not all(check.passed for check in checks):
        return PublicationResult(inspection=checks)
    try:
        return PublicationResult(inspection=checks, outputs=_outputs(ImageClassifier.load(model)))
    except ImageModelError as error:
        return PublicationResult(inspection=checks, fault=error.message)
    except MemoryError:
        fault = f"the model needs more than {MEMORY_BYTES >> 30} GiB of memory"
        return PublicationResult(inspection=checks, fault=fault)


def _outputs(model: ImageClassifier) -> OutputRange:
    """Return the range of the numbers for photos that show nothing, of which one at least has an answer."""
    found, faults = [], []
    for _, picture in odd_photos(model.card.input.height, model.card.input.width):
        try:
            found.append(model.outputs(model.prepare([picture])))
        except PredictionError as error:
            faults.append(error)
    if not found:
        raise faults[0]
    return output_range(found)


def _broken(folders: Iterable[Path]) -> Iterator[str]:
    for path in (each for folder in folders for each in sorted(folder.iterdir()) if each.suffix != ".json"):
        try:
            preprocess(path.read_bytes(), SPEC)
        except (ImageError, OSError) as error:
            yield f"{path.name}: {' '.join(str(error).split())}"

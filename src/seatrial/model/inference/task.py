"""What the subprocess gets as its argument, and what it prints."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from statistics import median
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from seatrial.model.inference.confinement import Confinement
from seatrial.model.inference.message import Message
from seatrial.model.inference.probe_result import Memory, ProbeResult
from seatrial.results import Check

TOP: Final = 5
"""The number of best classes that are returned for a photo of an evaluation set."""


class Task(Message):
    """A model directory to inspect, a golden set to predict, and an evaluation set if there is one.

    Each golden photo is predicted once, and `rounds` times more for the latency. `cpu_seconds` limits the
    processor time. The model is too slow if the median latency is above `max_milliseconds`. With
    `require_isolation` nothing is read unless the process is isolated.
    """

    model: Path
    golden: Path
    evaluation: Path | None = None
    rounds: int
    cpu_seconds: int
    max_milliseconds: float
    require_isolation: bool = False

    @property
    def readable(self) -> tuple[Path, ...]:
        """The directories that the process may read."""
        return tuple(each for each in (self.model, self.golden, self.evaluation) if each)


class PhotoPrediction(Message):
    """The best class for a photo (probability 0 to 1) and the latencies of the repetitions (ms)."""

    file: str
    label: str
    index: int
    probability: float
    milliseconds: tuple[float, ...]


class EvaluationPrediction(Message):
    """The TOP best classes for a photo, best first (all of them, if there are fewer), with probabilities.

    A class is the index of its label. A probability is what the model gives, whether from 0 to 1 or not.
    """

    classes: tuple[Annotated[int, Field(ge=0)], ...] = Field(min_length=1, max_length=TOP)
    probabilities: tuple[Annotated[float, Field(allow_inf_nan=False)], ...]

    @model_validator(mode="after")
    def _check_pairs(self) -> Self:
        if not len(set(self.classes)) == len(self.classes) == len(self.probabilities):
            raise ValueError("expected each class once, with its probability")
        return self


class Progress(Message):
    """How many photos of the evaluation set have been predicted, of how many."""

    done: int = Field(ge=0)
    total: int = Field(ge=1)


class InferenceResult(Message):
    """The safety checks of the file and a prediction for each photo, or the fault that prevented them.

    `confinement` is None if the subprocess ended before it was confined. `evaluation` has the order of the
    evaluation set, and is empty without one. If the model was too slow, it is empty too,
    and `probes` is None; `memory` where it cannot be measured.
    """

    confinement: Confinement | None = None
    fault: str = ""
    inspection: tuple[Check, ...] = ()
    predictions: tuple[PhotoPrediction, ...] = ()
    evaluation: tuple[EvaluationPrediction, ...] = ()
    probes: ProbeResult | None = None
    memory: Memory | None = None


def median_milliseconds(predictions: Iterable[PhotoPrediction]) -> float:
    """Return the median latency of all repetitions of all photos in ms."""
    return median(each for found in predictions for each in found.milliseconds)

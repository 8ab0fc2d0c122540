"""What the subprocess gets as its argument, and what it prints."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from seatrial.model.inference.confinement import Confinement
from seatrial.results import Check


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Task(_Message):
    """A model directory to inspect, and a golden set to predict.

    Each photo is predicted once, and `rounds` times more for the latency. `cpu_seconds` limits the processor
    time. With `require_isolation` nothing is read unless the process is isolated.
    """

    model: Path
    golden: Path
    rounds: int
    cpu_seconds: int
    require_isolation: bool = False


class PhotoPrediction(_Message):
    """The best class for a photo (probability 0 to 1) and the latencies of the repetitions (ms)."""

    file: str
    label: str
    index: int
    probability: float
    milliseconds: tuple[float, ...]


class InferenceResult(_Message):
    """The safety checks of the file and a prediction for each photo, or the fault that prevented them.

    `confinement` is None if the subprocess ended before it was confined.
    """

    confinement: Confinement | None = None
    fault: str = ""
    inspection: tuple[Check, ...] = ()
    predictions: tuple[PhotoPrediction, ...] = ()

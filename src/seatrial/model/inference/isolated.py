"""Starts the subprocess with a deadline and parses its result."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from seatrial.errors import OutsideError
from seatrial.process import run

ROUNDS: Final = 5


class PhotoPrediction(BaseModel):
    """The best class for a photo (probability 0 to 1) and the latencies of the repetitions (ms)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    label: str
    index: int
    probability: float
    milliseconds: tuple[float, ...]


class InferenceResult(BaseModel):
    """A prediction for each photo, or the fault that prevented them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fault: str = ""
    predictions: tuple[PhotoPrediction, ...] = ()


def run_isolated(model: Path, golden: Path, seconds: float) -> InferenceResult:
    """Predict a golden set in a subprocess that may take `seconds` in all.

    If the subprocess crashes or times out, the result has a fault.
    """
    argv = [sys.executable, "-m", "seatrial.model.inference", str(model), str(golden), str(ROUNDS)]
    try:
        return InferenceResult.model_validate_json(run(argv, timeout=seconds, separate_stderr=True).output)
    except (OutsideError, ValidationError) as error:
        last = (getattr(error, "log", "") or str(error)).splitlines()[-1:]
        return InferenceResult(fault=f"crashed, or no prediction within {seconds:.0f} s: {''.join(last)}")

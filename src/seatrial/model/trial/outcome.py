"""What a trial gives, and the way to hold one with a deadline."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from seatrial.errors import OutsideError
from seatrial.process import run

ROUNDS: Final = 5


class PhotoResult(BaseModel):
    """The best class for one photo (probability 0 to 1), and how long each further asking took (ms)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    label: str
    index: int
    probability: float
    milliseconds: tuple[float, ...]


class TrialResult(BaseModel):
    """An answer a photo, or the fault (in words) that kept the model from answering."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fault: str = ""
    answers: tuple[PhotoResult, ...] = ()


def hold_trial(model: Path, golden: Path, seconds: float) -> TrialResult:
    """Return the outcome of a trial in a process of its own, which has `seconds` in all.

    A model that crashes it, or needs longer, gets an outcome with a fault.
    """
    argv = [sys.executable, "-m", "seatrial.model.trial", str(model), str(golden), str(ROUNDS)]
    try:
        return TrialResult.model_validate_json(run(argv, timeout=seconds, separate_stderr=True).output)
    except (OutsideError, ValidationError) as error:
        last = (getattr(error, "log", "") or str(error)).splitlines()[-1:]
        return TrialResult(fault=f"it crashed, or gave no answer within {seconds:.0f} s: {''.join(last)}")

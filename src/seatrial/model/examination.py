"""The checks of a model, with the predictions that they are made from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from imagemodel.golden import Photo
from seatrial.check_result import Check
from seatrial.model.evaluation.judging import Judged
from seatrial.model.inference.task import InferenceResult
from seatrial.model.live import NoLiveModel


@dataclass(frozen=True)
class Run:
    """The directory of a model, and what its subprocess gave."""

    model: Path
    result: InferenceResult


@dataclass(frozen=True)
class Examination:
    """The checks of a model and, as far as it could be run, what they are made from.

    `photos` are those of the golden set, `new` is the run of the model, `live` that of the live model or why
    there is none. `judged` has the answers for the evaluation set, if there is one.
    """

    checks: tuple[Check, ...]
    photos: tuple[Photo, ...] = ()
    new: Run | None = None
    live: Run | NoLiveModel | None = None
    judged: Judged | None = None

    @property
    def passed(self) -> bool:
        """Whether every check passed or was not judged."""
        return all(check.passed for check in self.checks)

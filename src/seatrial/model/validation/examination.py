"""The checks of a model, with the predictions that they are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from imagemodel.golden import Photo
from seatrial.check_result import Check
from seatrial.model.evaluation.judging import Judged
from seatrial.model.inference.task import InferenceResult
from seatrial.model.validation.live import NoLiveModel


@dataclass(frozen=True)
class Run:
    """The directory of a model, and what its subprocess gave."""

    model: Path
    result: InferenceResult


@dataclass(frozen=True)
class Examination:
    """The checks of a model and, as far as it could be run, what they are made from.

    `photos` are those of the golden set, `new` is the run of the model. `compared` has the run of each live
    model by its title, or why there is none. `judged` has the answers for the evaluation set, if there is
    one, and those of the live model `live`.
    """

    checks: tuple[Check, ...]
    photos: tuple[Photo, ...] = ()
    new: Run | None = None
    compared: Mapping[str, Run | NoLiveModel] = field(default_factory=dict)
    judged: Judged | None = None

    @property
    def live(self) -> Run | NoLiveModel:
        """The run of the first live model that there is one of, or why there is none."""
        runs = (each for each in self.compared.values() if isinstance(each, Run))
        return next(runs, None) or next(iter(self.compared.values()), NoLiveModel("the model was not run"))

    @property
    def passed(self) -> bool:
        """Whether every check passed or was not judged."""
        return all(check.passed for check in self.checks)

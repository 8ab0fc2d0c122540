"""The checks of a model on an evaluation set, from the predictions of both models."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from imagemodel.evaluation import EvaluationPhoto, load_evaluation
from seatrial.check_result import Check, not_judged
from seatrial.model.artefacts import refusing_invalid
from seatrial.model.evaluation.judging import PREFIX, Judged, judge_alone
from seatrial.model.evaluation.sample import PhotoAnswer, Sample, answers, has_class
from seatrial.model.inference.task import TOP
from seatrial.model.validation.examination import Run
from seatrial.model.validation.label_checks import read_labels
from seatrial.model.validation.live import LIVE, NoLiveModel
from seatrial.settings import Validate

NAME: Final = f"{PREFIX}sample"


def load_sample(evaluation: Path | None) -> Sample | None:
    """Return the photos of the evaluation set in a directory. Raises RefusedError if it is not valid."""
    if evaluation is None:
        return None
    with refusing_invalid():
        return Sample(load_evaluation(evaluation).photos)


def judged_sample(
    sample: Sample, new: Run, live: Run | NoLiveModel, limits: Validate, title: str = LIVE
) -> Judged:
    """Return what is judged on a sample: the answers of the model, and of the live one if there is one.

    The best k classes are fewer than either model has.
    """
    classes = len(read_labels(new.model).labels)
    fewest = min(classes, len(read_labels(live.model).labels)) if isinstance(live, Run) else classes
    best = max(1, min(TOP, fewest - 1))

    def answers_of(run: Run) -> tuple[PhotoAnswer, ...]:
        return answers(sample.photos, run.result.evaluation, read_labels(run.model).labels, best)

    old = live if isinstance(live, NoLiveModel) else answers_of(live)
    return Judged(sample, answers_of(new), old, limits, best, classes, title)


def check_sample(judged: Judged | None, model: Path, limits: Validate) -> Iterator[Check]:
    """Yield the checks on a sample that need no live model.

    Without a sample it is a single check that is not judged, or fails if one is demanded.
    """
    if judged is None:
        yield not_judged(
            NAME,
            "there is no evaluation set",
            demanded=limits.demand_evaluation,
            setting="demand_evaluation",
        )
        return
    yield _check_labels(judged.sample.photos, read_labels(model).labels)
    yield from judge_alone(judged)


def _check_labels(photos: Sequence[EvaluationPhoto], labels: Sequence[str]) -> Check:
    name = f"{PREFIX}labels of the set"
    unknown = [photo for photo in photos if not has_class(photo, labels)]
    if not unknown:
        return Check(name=name, passed=True, detail="each photo's class is one of the model's")
    first = unknown[0]
    detail = (
        f"{len(unknown)} of {len(photos)} photos have a class that the model lacks: "
        f"{first.path.name} is {first.label} ({first.index}); publish a new version of the set, "
        "or correct labels.txt"
    )
    return Check(name=name, passed=False, detail=detail)

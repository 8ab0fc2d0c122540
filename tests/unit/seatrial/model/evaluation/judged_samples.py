"""Samples and answers that a test chooses, and the checks that they give."""

from __future__ import annotations

from pathlib import Path

from imagemodel.card import FileEntry
from imagemodel.evaluation import EvaluationPhoto
from seatrial.check_result import Check
from seatrial.model.evaluation.judging import Judged, judge_alone, judge_comparisons
from seatrial.model.evaluation.sample import PhotoAnswer, Sample
from seatrial.model.validation.live import NoLiveModel
from seatrial.sections import Validate

LABELS = tuple("abcdefgh")
ALONE = NoLiveModel("no other model is known to be live")


def photos(originals: int, variants: int = 1, classes: int = 8) -> tuple[EvaluationPhoto, ...]:
    """Return photos of `originals` originals in turn of each class, each in `variants` variants."""
    return tuple(
        EvaluationPhoto(
            path=Path(f"{number}-{variant}.png"),
            label=LABELS[number % classes],
            index=number % classes,
            original=f"{number}-0.png" if variant else "",
            source="none",
            licence="none",
            entry=FileEntry(f"{number}-{variant}", 1),
        )
        for number in range(originals)
        for variant in range(variants)
    )


def answered(count: int, wrong: int = 0, confidence: float = 0.9) -> tuple[PhotoAnswer, ...]:
    """Return `count` answers of which the first `wrong` are wrong, also in their best five."""
    return tuple(
        PhotoAnswer("x", confidence, right=place >= wrong, in_top=place >= wrong) for place in range(count)
    )


def judge(judged: Judged) -> tuple[Check, ...]:
    """Return the checks of a model on a sample, alone and against the live one."""
    return (*judge_alone(judged), *judge_comparisons(judged))


def checks(
    sample: tuple[EvaluationPhoto, ...],
    new: tuple[PhotoAnswer, ...],
    live: tuple[PhotoAnswer, ...] | NoLiveModel = ALONE,
    *,
    best: int = 5,
    limits: Validate | None = None,
) -> dict[str, Check]:
    """Return the checks of a sample by their names, without the common beginning."""
    judged = Judged(Sample(sample), new, live, limits or Validate(), best, len(LABELS))
    return {each.name.removeprefix("evaluation: "): each for each in judge(judged)}

"""A model judged: safe, right, quick enough, and not unlike the live one."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Final

from imagemodel.card import MODEL as ONNX
from imagemodel.golden import Photo, load_golden
from seatrial.model.layout import refusing
from seatrial.model.onnx_safety import inspect
from seatrial.model.trial.outcome import ROUNDS, PhotoResult, TrialResult, hold_trial
from seatrial.results import Check
from seatrial.settings import Validate

LOADING: Final = 60.0
"""Seconds that a trial has beside its photos: to start Python and load the model."""


def judge(model: Path, golden: Path, live: Path | None, limits: Validate) -> tuple[Check, ...]:
    """Return a verdict on every promise that the model in `model` must keep.

    `live` is the folder of the live model, where there is one to compare with. An unsafe model is not
    run; its other promises are then not judged. Raises RefusedError when the golden set is none.
    """
    with refusing():
        photos = load_golden(golden)
    verdicts = inspect(model / ONNX)
    if not all(verdict.passed for verdict in verdicts):
        return tuple(verdicts)
    seconds = LOADING + len(photos.photos) * (ROUNDS + 1) * limits.max_milliseconds * 4 / 1000
    outcome = hold_trial(model, golden, seconds)
    verdicts.append(_loads(outcome))
    if outcome.fault:
        return tuple(verdicts)
    verdicts += [_right(photo, answer) for photo, answer in zip(photos.photos, outcome.answers, strict=True)]
    verdicts.append(_quick(outcome, limits))
    verdicts.append(_alike(outcome, hold_trial(live, golden, seconds) if live else None, limits))
    return tuple(verdicts)


def _loads(outcome: TrialResult) -> Check:
    detail = outcome.fault or "inputs, outputs, shapes and labels are as the card says"
    return Check(name="loads and answers", passed=not outcome.fault, detail=detail)


def _right(photo: Photo, answer: PhotoResult) -> Check:
    passed = (answer.index, answer.label) == (
        photo.index,
        photo.label,
    ) and answer.probability >= photo.min_probability
    return Check(
        name=f"golden: {photo.path.name}",
        passed=passed,
        detail=f"expected {photo.label} ({photo.index}) at {photo.min_probability:.2f} or more, "
        f"got {answer.label} ({answer.index}) at {answer.probability:.2f}",
    )


def _quick(outcome: TrialResult, limits: Validate) -> Check:
    middle = median(each for answer in outcome.answers for each in answer.milliseconds)
    return Check(
        name="time per photo",
        passed=middle <= limits.max_milliseconds,
        detail=f"median {middle:.1f} ms, at most {limits.max_milliseconds:.0f} ms",
    )


def _alike(outcome: TrialResult, live: TrialResult | None, limits: Validate) -> Check:
    name, total = "agrees with the live model", len(outcome.answers)
    if live is None or live.fault:
        why = (
            f"the live model fails here: {live.fault}" if live else "no other model is live, as far as known"
        )
        return Check(name=name, passed=True, detail=f"not judged: {why}")
    same = sum(a.label == b.label for a, b in zip(outcome.answers, live.answers, strict=True))
    return Check(
        name=name,
        passed=same >= limits.min_agreement * total,
        detail=f"on {same} of {total} photos, at least {limits.min_agreement:.0%}",
    )

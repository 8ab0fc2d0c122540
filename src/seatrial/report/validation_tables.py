"""The tables of a validation report, from the answers for the evaluation set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean

from seatrial.model.evaluation.by_class import compare_classes
from seatrial.model.evaluation.calibration import below, calibrate
from seatrial.model.evaluation.intervals import wilson
from seatrial.model.evaluation.judging import Judged
from seatrial.model.evaluation.sample import PhotoAnswer
from seatrial.model.validation.live import NoLiveModel
from seatrial.report.schema import GoldenPrediction
from seatrial.report.text import shown
from seatrial.report.validation_schema import (
    Accuracy,
    BelowRow,
    CalibrationRow,
    ClassRow,
    Confusion,
    Effect,
    PhotoRow,
)

_ORDER: Mapping[Effect, int] = {"worse": 0, "better": 1, "other": 2}


def accuracy(judged: Judged) -> tuple[Accuracy, ...]:
    """Return the accuracy of the new model, then that of the live one if there is one."""
    models = {"new model": judged.new}
    if not isinstance(judged.live, NoLiveModel):
        models["live model"] = judged.live
    return tuple(_accuracy(judged, name, answers) for name, answers in models.items())


def _accuracy(judged: Judged, name: str, answers: Sequence[PhotoAnswer]) -> Accuracy:
    found, best = judged.interval(answers), judged.interval(answers, in_top=True).share
    return Accuracy(
        model=name, top1=found.share, low=found.low, high=found.high, best=judged.best, in_best=best
    )


def changed_photos(judged: Judged) -> tuple[PhotoRow, ...]:
    """Return the photos on which the two models differ: first those that the new one loses."""
    if isinstance(judged.live, NoLiveModel):
        return ()
    rows = zip(judged.sample.photos, judged.new, judged.live, strict=True)
    found = [
        PhotoRow(
            file=photo.path.name,
            expected=shown(photo.label),
            new=_given(new),
            live=_given(live),
            effect=_effect(new, live),
        )
        for photo, new, live in rows
        if new.label != live.label or new.right != live.right
    ]
    return tuple(sorted(found, key=lambda row: (_ORDER[row.effect or "other"], -row.new.probability)))


def _given(answer: PhotoAnswer) -> GoldenPrediction:
    return GoldenPrediction(label=shown(answer.label), probability=answer.confidence, right=answer.right)


def _effect(new: PhotoAnswer, live: PhotoAnswer) -> Effect:
    if new.right == live.right:
        return "other"
    return "better" if new.right else "worse"


def confusion(judged: Judged) -> tuple[Confusion, ...]:
    """Return each pair of an expected and a wrong label, by how much its number changes."""
    new = _mistakes(judged, judged.new)
    live = Counter() if isinstance(judged.live, NoLiveModel) else _mistakes(judged, judged.live)
    rows = [
        Confusion(expected=shown(pair[0]), answered=shown(pair[1]), live=live[pair], new=new[pair])
        for pair in sorted(new | live)
    ]
    return tuple(sorted(rows, key=lambda row: (-abs(row.new - row.live), -row.new)))


def _mistakes(judged: Judged, answers: Sequence[PhotoAnswer]) -> Counter[tuple[str, str]]:
    pairs = zip(judged.sample.photos, answers, strict=True)
    return Counter((photo.label, given.label) for photo, given in pairs if not given.right)


def classes(judged: Judged) -> tuple[ClassRow, ...]:
    """Return every class of a photo, the largest loss first; without a live model the worst class first."""
    return tuple(sorted(_classes(judged), key=lambda row: (row.new - (row.live or 0), row.new, row.index)))


def _classes(judged: Judged) -> Iterator[ClassRow]:
    new, expected = judged.right(judged.new), judged.sample.classes
    alone = isinstance(judged.live, NoLiveModel)
    live = new if isinstance(judged.live, NoLiveModel) else judged.right(judged.live)
    labels = {photo.index: photo.label for photo in judged.sample.photos}
    shares: dict[int, list[tuple[float, float]]] = {}
    for each, ours, theirs in zip(expected, new, live, strict=True):
        shares.setdefault(each, []).append((ours, theirs))
    for index, paired in compare_classes(expected, new, live, 1, 0.0).items():
        share = fmean(ours for ours, _ in shares[index])
        interval = wilson(share, paired.originals, 1 - judged.limits.level)
        yield ClassRow(
            label=shown(labels[index]),
            index=index,
            originals=paired.originals,
            new=share,
            low=interval.low,
            high=interval.high,
            live=None if alone else fmean(theirs for _, theirs in shares[index]),
            worse=paired.worse,
            better=paired.better,
        )


def calibration(judged: Judged) -> tuple[tuple[CalibrationRow, ...], tuple[BelowRow, ...]]:
    """Return the bins of the calibration error, and what low confidences mean; empty for no probabilities."""
    confidences = [each.confidence for each in judged.new]
    if not all(0 <= each <= 1 for each in confidences):
        return (), ()
    right, weights = [each.right for each in judged.new], judged.sample.weights
    bins = tuple(CalibrationRow(**vars(each)) for each in calibrate(confidences, right, weights).bins)
    rows = below(confidences, right, weights, 1 - judged.limits.level)
    return bins, tuple(
        BelowRow(
            confidence=row.confidence,
            share=row.share,
            right=row.right.share,
            low=row.right.low,
            high=row.right.high,
        )
        for row in rows
    )

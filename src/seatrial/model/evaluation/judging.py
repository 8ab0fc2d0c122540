"""The checks of a model on an evaluation set, alone and against the live model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from seatrial.check_result import Check, not_judged
from seatrial.model.evaluation.by_class import compare_classes, worse_classes
from seatrial.model.evaluation.calibration import BINS, below, calibrate
from seatrial.model.evaluation.intervals import Interval, wilson
from seatrial.model.evaluation.paired import Paired, compare
from seatrial.model.evaluation.power import smallest_loss
from seatrial.model.evaluation.sample import PhotoAnswer, Sample
from seatrial.model.validation.live import LIVE, NoLiveModel
from seatrial.sections import Validate

PREFIX: Final = "evaluation: "
LEVEL_SHARES: Final = {"top-1": 0.5, "top-k": 0.25, "classes": 0.25}
"""How the level of significance is divided among the comparisons, which together refuse at most at it."""
SHOWN: Final = 3


@dataclass(frozen=True)
class Judged:
    """A sample, the answers of the model and of the live one (or why there are none), and the thresholds.

    `best` is the k of top-k; 1 if the model has too few classes for one. `classes` is their number, `title`
    what the live model is called, `comparisons` the number of live models, which share the level.
    """

    sample: Sample
    new: tuple[PhotoAnswer, ...]
    live: tuple[PhotoAnswer, ...] | NoLiveModel
    limits: Validate
    best: int
    classes: int
    title: str = LIVE
    comparisons: int = 1

    def level(self, part: str) -> float:
        """Return the level of significance of a part of LEVEL_SHARES in one of the comparisons."""
        return self.limits.level * LEVEL_SHARES[part] / self.comparisons

    @property
    def size(self) -> int:
        """The number of originals."""
        return len(self.sample.originals)

    def right(self, answers: Sequence[PhotoAnswer], *, in_top: bool = False) -> tuple[float, ...]:
        """Return for each original the share of its photos that is right, or whose class is in the top k."""
        return self.sample.shares([each.in_top if in_top else each.right for each in answers])

    def agreement(self, live: Sequence[PhotoAnswer]) -> float:
        """Return the share of originals on which the labels are the same; of variants the share that is."""
        same = [ours.label == theirs.label for ours, theirs in zip(self.new, live, strict=True)]
        return fmean(self.sample.shares(same))

    def interval(self, answers: Sequence[PhotoAnswer], *, in_top: bool = False) -> Interval:
        """Return the share of right answers with its interval; an original counts as one photo."""
        return wilson(fmean(self.right(answers, in_top=in_top)), self.size, 1 - self.limits.level)


def judge_alone(judged: Judged) -> Iterator[Check]:
    """Yield the checks of a model on a sample that no live model is needed for."""
    yield _accuracy(judged)
    yield _better_than_guessing(judged)
    yield _calibration(judged)


def judge_comparisons(judged: Judged) -> Iterator[Check]:
    """Yield the checks against the live model, which together refuse an equal one at most at the level.

    Without one they are not judged.
    """
    yield _not_worse(judged, f"not worse than {judged.title}", "top-1")
    if judged.best > 1:
        yield _not_worse(judged, f"top-{judged.best} not worse than {judged.title}", "top-k")
    yield _no_class_worse(judged)


def _accuracy(judged: Judged) -> Check:
    found, least = judged.interval(judged.new), judged.limits.min_top1
    detail = _accuracy_text(judged, judged.new)
    if not isinstance(judged.live, NoLiveModel):
        detail += f"; the live model: {_accuracy_text(judged, judged.live)}"
    photos = len(judged.sample.photos)
    detail += f"; {judged.size} originals" + (f" in {photos} photos" if photos != judged.size else "")
    required = f"; at least {least:.1%} required" if least else ""
    return Check(name=f"{PREFIX}top-1", passed=found.share >= least, detail=detail + required)


def _accuracy_text(judged: Judged, answers: Sequence[PhotoAnswer]) -> str:
    text = f"right on {judged.interval(answers)}"
    if judged.best > 1:
        text += f", in the best {judged.best} on {judged.interval(answers, in_top=True)}"
    return text


def _better_than_guessing(judged: Judged) -> Check:
    name = f"{PREFIX}better than guessing"
    most_frequent = max(Counter(judged.sample.classes).values()) / judged.size
    chance = max(most_frequent, 1 / judged.classes)
    if wilson(1.0, judged.size, 1 - judged.limits.level).low <= chance:
        return not_judged(name, f"{judged.size} originals cannot show more than {chance:.1%}")
    low = judged.interval(judged.new).low
    detail = f"right on {low:.1%} or more; the most frequent class for every photo: {chance:.1%}"
    return Check(name=name, passed=low > chance, detail=detail)


def _not_worse(judged: Judged, title: str, part: str) -> Check:
    name, limits, live = f"{PREFIX}{title}", judged.limits, judged.live
    if isinstance(live, NoLiveModel):
        return not_judged(name, live.why, demanded=limits.demand_comparison and live.expected)
    level, in_top = judged.level(part), part == "top-k"
    found = compare(judged.right(judged.new, in_top=in_top), judged.right(live, in_top=in_top), limits.margin)
    refused = found.shows_a_loss(level)
    seen = smallest_loss(found.originals, found.better / found.originals, level, limits.margin, limits.power)
    if not refused and (seen is None or seen > limits.visible_loss):
        why = f"{_changes(found)} originals show {_seen(seen, limits.power)} at p {level:.2g}"
        return not_judged(name, why, demanded=limits.demand_evaluation, setting="demand_evaluation")
    return Check(
        name=name,
        passed=not refused,
        detail=f"{_changes(found)} originals, loss {found.loss:.1%}, p {found.p:.2g}; "
        f"a loss above {limits.margin:.1%} is refused at p {level:.2g}; "
        f"this sample shows {_seen(seen, limits.power)}",
    )


def _seen(loss: float | None, power: float) -> str:
    if loss is None:
        return f"no loss with a probability of {power:.0%}"
    return f"a true loss of {loss:.1%} or more with a probability of {power:.0%}"


def _no_class_worse(judged: Judged) -> Check:
    name, limits, live = f"{PREFIX}no class worse than {judged.title}", judged.limits, judged.live
    if isinstance(live, NoLiveModel):
        return not_judged(name, live.why, demanded=limits.demand_comparison and live.expected)
    new, old = judged.right(judged.new), judged.right(live)
    compared = compare_classes(judged.sample.classes, new, old, limits.class_photos, limits.class_margin)
    if not compared:
        return not_judged(name, f"no class has {limits.class_photos} originals")
    level = judged.level("classes")
    worse = worse_classes(compared, level)
    labels = {photo.index: photo.label for photo in judged.sample.photos}
    rows = [f"{labels[each]} ({each}): {_class_text(compared[each])}" for each in worse]
    total = len(set(judged.sample.classes))
    detail = f"{len(compared)} of {total} classes have {limits.class_photos} or more originals; "
    detail += "; ".join(rows[:SHOWN]) or f"none shows a loss above {limits.class_margin:.1%} at p {level:.2g}"
    more = f"; and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
    return Check(name=name, passed=not worse, detail=detail + more)


def _class_text(found: Paired) -> str:
    return f"{_changes(found)}, p {found.p:.2g}"


def _changes(found: Paired) -> str:
    return f"worse on {found.worse} and better on {found.better} of {found.originals}"


def _calibration(judged: Judged) -> Check:
    name, most = f"{PREFIX}calibration", judged.limits.max_calibration_error
    confidences = [each.confidence for each in judged.new]
    if bad := [each for each in confidences if not 0 <= each <= 1]:
        return not_judged(name, f"a confidence of {bad[0]:.4g} is not a probability")
    right = [each.right for each in judged.new]
    found = calibrate(confidences, right, judged.sample.weights)
    rows = below(confidences, right, judged.sample.weights, 1 - judged.limits.level)
    lines = [f"below {row.confidence:g}: {row.share:.1%} of the answers, right {row.right}" for row in rows]
    required = f", at most {most:.1%} required" if most < 1 else ""
    return Check(
        name=name,
        passed=found.error <= most,
        detail="; ".join([f"expected error {found.error:.1%} in {BINS} bins{required}", *lines]),
    )

"""Judges what the probes measured of a model, beside the live model where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from seatrial.check_result import Check, not_judged
from seatrial.model.inference.probe_result import SUBJECTLESS, VARIANTS, OutputRange, ProbeResult
from seatrial.model.inference.task import InferenceResult
from seatrial.model.validation.live import LIVE, NoLiveModel
from seatrial.settings import Probes

SUM_TOLERANCE: Final = 0.01
"""The error of a sum of probabilities: 20,000 classes in float16 have one of 0.001."""

ROUNDING: Final = 1e-6
BATCH_TOLERANCE: Final = 0.01
"""The difference of a probability that other kernels for another batch size may make, in float16 too."""

TOO_SLOW: Final = "the model is too slow"
LEAST_SPREAD: Final = 0.001
LEAST_CHANGED: Final = 3
"""The number of changed photos from which shares are compared: of one photo, an answer is a sixth of all."""

KIND: Final = "output: of the kind on the card"
REPEATED: Final = "output: the same for the same photo"
BATCHED: Final = "output: the same in a batch"
SPREAD: Final = "output: depends on the photo"
FINITE: Final = "odd photos: finite numbers"
CONFIDENT: Final = f"odd photos: not surer than {LIVE}"
ROBUST: Final = f"changed photos: answers kept as by {LIVE}"
ALONE: Final = (KIND, REPEATED, BATCHED, SPREAD, FINITE)


def check_probes(result: InferenceResult, kind: str) -> Iterator[Check]:
    """Yield the checks of a model's probes that no live model is needed for.

    `kind` is `output.kind` of the card. None is judged if the model was too slow for the probes.
    """
    ours = result.probes
    if ours is None:
        yield from (not_judged(name, TOO_SLOW) for name in ALONE)
        return
    yield check_kind(ours.outputs, kind)
    yield _check_repeated(ours)
    yield _check_batch(ours)
    yield _check_spread(ours)
    yield _check_finite(ours)


def compare_probes(
    result: InferenceResult, compared: InferenceResult | NoLiveModel, limits: Probes, title: str = LIVE
) -> Iterator[Check]:
    """Yield the checks of a model's probes against those of the live model that is called `title`.

    Without a live model they are not judged, nor if the model was too slow for the probes.
    """
    ours, live = result.probes, _live_probes(compared)
    names = (name.replace(LIVE, title) for name in (CONFIDENT, ROBUST))
    if ours is None:
        yield from (not_judged(name, TOO_SLOW) for name in names)
        return
    checks = (_check_confidence(ours, live, limits), _check_robustness(ours, live, limits))
    for name, check in zip(names, checks, strict=True):
        yield check.model_copy(update={"name": name})


def _live_probes(live: InferenceResult | NoLiveModel) -> ProbeResult | NoLiveModel:
    if isinstance(live, NoLiveModel):
        return live
    return live.probes or NoLiveModel("the live model is too slow here")


def check_kind(found: OutputRange, kind: str) -> Check:
    """Return the check that a network's numbers are of the `output.kind` on its card."""
    detail = (
        f"numbers from {found.least:.3g} to {found.most:.3g}, "
        f"sums from {found.least_sum:.3g} to {found.most_sum:.3g}"
    )
    tolerance = SUM_TOLERANCE if kind == "probabilities" else ROUNDING * 1000
    inside = -tolerance <= found.least and found.most <= 1 + tolerance
    probabilities = inside and abs(found.least_sum - 1) <= tolerance and abs(found.most_sum - 1) <= tolerance
    if kind == "probabilities" and not probabilities:
        detail = f"not probabilities: {detail}; logits need output.kind logits on the card"
    if kind == "logits" and probabilities:
        detail = f"probabilities already: {detail}; set output.kind to probabilities on the card"
    return Check(name=KIND, passed=probabilities == (kind == "probabilities"), detail=f"{kind}: {detail}")


def _check_repeated(ours: ProbeResult) -> Check:
    same = ours.repeated <= ROUNDING
    detail = f"a probability differs by {ours.repeated:.2g}"
    hint = "; export the network in evaluation mode, without Dropout and other randomness"
    return Check(name=REPEATED, passed=same, detail="no difference" if same else detail + hint)


def _check_batch(ours: ProbeResult) -> Check:
    batch = ours.batch
    if batch.fault:
        detail = f"a batch of {batch.size} fails: {batch.fault}; export it with a free batch size, or with 1"
        return Check(name=BATCHED, passed=False, detail=detail)
    same = batch.difference <= BATCH_TOLERANCE
    detail = f"{batch.size} photos at once: a probability differs by {batch.difference:.2g}"
    limit = f", at most {BATCH_TOLERANCE}"
    return Check(name=BATCHED, passed=same, detail=detail + limit)


def _check_spread(ours: ProbeResult) -> Check:
    detail = f"a probability differs by {ours.spread:.2g} between photos, at least {LEAST_SPREAD}"
    return Check(name=SPREAD, passed=ours.spread >= LEAST_SPREAD, detail=detail)


def _check_finite(ours: ProbeResult) -> Check:
    faults = [f"{each.picture}: {each.fault}" for each in ours.odd if each.fault]
    pictures = ", ".join(each.picture for each in ours.odd)
    return Check(name=FINITE, passed=not faults, detail="; ".join(faults[:3]) or pictures)


def _check_confidence(ours: ProbeResult, live: ProbeResult | NoLiveModel, limits: Probes) -> Check:
    greatest, detail = _greatest_confidence(ours)
    detail += f", at most {limits.max_odd_confidence:.2f}"
    if greatest <= limits.max_odd_confidence:
        return Check(name=CONFIDENT, passed=True, detail=detail)
    if limits.refuse_odd_confidence:
        return Check(name=CONFIDENT, passed=False, detail=detail)
    if isinstance(live, NoLiveModel):
        return not_judged(CONFIDENT, f"{live.why}: {detail}")
    theirs, _ = _greatest_confidence(live)
    detail += f"; the live model: {theirs:.2f}"
    return Check(name=CONFIDENT, passed=theirs > limits.max_odd_confidence, detail=detail)


def _greatest_confidence(probes: ProbeResult) -> tuple[float, str]:
    plain = [each for each in probes.odd if each.picture in SUBJECTLESS]
    most = max(plain, key=lambda each: each.probability)
    return most.probability, f"{most.picture} is {most.label!r} at {most.probability:.2f}"


def _check_robustness(ours: ProbeResult, live: ProbeResult | NoLiveModel, limits: Probes) -> Check:
    share, detail = _share(ours.kept), _by_variant(ours.kept)
    if isinstance(live, NoLiveModel):
        return not_judged(ROBUST, f"{live.why}; kept {share:.0%}: {detail}")
    # A slower model has changed fewer photos in the same time.
    common = min(len(ours.kept), len(live.kept))
    if common < LEAST_CHANGED:
        return not_judged(ROBUST, f"{common} of {LEAST_CHANGED} photos were changed: {detail}")
    share, theirs = _share(ours.kept[:common]), _share(live.kept[:common])
    detail = f"{share:.0%} on {common} photos, the live model {theirs:.0%}: {detail}"
    return Check(name=ROBUST, passed=share >= theirs - limits.max_robustness_loss, detail=detail)


def _share(kept: tuple[tuple[bool, ...], ...]) -> float:
    answers = [each for photo in kept for each in photo]
    return sum(answers) / len(answers) if answers else 1.0


def _by_variant(kept: tuple[tuple[bool, ...], ...]) -> str:
    columns = zip(VARIANTS, zip(*kept, strict=True), strict=False)
    return ", ".join(f"{variant} {sum(answers)}" for variant, answers in columns)

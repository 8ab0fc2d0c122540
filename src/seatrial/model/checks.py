"""The checks of a model: safe file, expected labels, latency, agreement with the live model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Final

from imagemodel.golden import Photo, load_golden
from seatrial.check_result import Check, not_judged
from seatrial.model.artefacts import refusing_invalid
from seatrial.model.evaluation.judging import Judged
from seatrial.model.examination import Examination, Run
from seatrial.model.inference.isolated import ROUNDS, run_isolated
from seatrial.model.inference.task import InferenceResult, PhotoPrediction
from seatrial.model.isolation import isolation_checks
from seatrial.model.live import NoLiveModel
from seatrial.model.sample_checks import check_sample, judged_sample, load_sample
from seatrial.settings import Validate

STARTUP_SECONDS: Final = 60.0
"""Time to start Python and load a model, in addition to the time for the photos."""


def check_model(
    model: Path,
    golden: Path,
    live: Path | NoLiveModel,
    limits: Validate,
    *,
    evaluation: Path | None = None,
) -> tuple[Check, ...]:
    """Run every check on the model in the directory `model` and return the results; see `examine`."""
    return examine(model, golden, live, limits, evaluation=evaluation).checks


def examine(
    model: Path,
    golden: Path,
    live: Path | NoLiveModel,
    limits: Validate,
    *,
    evaluation: Path | None = None,
) -> Examination:
    """Run every check on the model in the directory `model`.

    `live` is the directory of the live model, or why there is none to compare with; it is run on the same
    photos. An unsafe model is not run; its other checks are then missing. Raises RefusedError if the golden
    or the evaluation set is not valid.
    """
    with refusing_invalid():
        photos = load_golden(golden).photos
    sample = load_sample(evaluation)
    seconds = _seconds(len(photos), len(sample.photos) if sample else 0, limits)
    result = run_isolated(
        model, golden, seconds, evaluation=evaluation, require_isolation=limits.require_isolation
    )
    checks = [*isolation_checks(result.confinement, limits.require_isolation), *result.inspection]
    if all(check.passed for check in checks):
        checks.append(_check_loading(result))
    if result.fault or not all(check.passed for check in checks):
        return Examination(tuple(checks), photos)
    run, compared = Run(model, result), _run_live(live, golden, evaluation, seconds)
    judged = judged_sample(sample, run, compared, limits) if sample else None
    found = Examination(tuple(checks), photos, run, compared, judged)
    return replace(found, checks=(*checks, *_check_answers(found, run, compared, limits)))


def _check_answers(
    found: Examination, new: Run, live: Run | NoLiveModel, limits: Validate
) -> Iterator[Check]:
    predictions = new.result.predictions
    yield from (_check_photo(photo, each) for photo, each in zip(found.photos, predictions, strict=True))
    yield _check_latency(new.result, limits)
    yield _check_agreement(new, live, found.judged, limits)
    yield from check_sample(found.judged, new.model, limits)


def _seconds(golden: int, evaluation: int, limits: Validate) -> float:
    predictions = golden * (ROUNDS + 1) + evaluation
    return STARTUP_SECONDS + predictions * limits.max_milliseconds * 4 / 1000


def _run_live(
    live: Path | NoLiveModel, golden: Path, evaluation: Path | None, seconds: float
) -> Run | NoLiveModel:
    if isinstance(live, NoLiveModel):
        return live
    found = run_isolated(live, golden, seconds, evaluation=evaluation)
    if found.fault:
        return NoLiveModel(f"the live model fails here: {found.fault}", expected=True)
    return Run(live, found)


def _check_loading(result: InferenceResult) -> Check:
    detail = result.fault or "inputs, outputs, shapes and labels match the card"
    return Check(name="loads and predicts", passed=not result.fault, detail=detail)


def _check_photo(photo: Photo, found: PhotoPrediction) -> Check:
    same_class = (found.index, found.label) == (photo.index, photo.label)
    return Check(
        name=f"golden: {photo.path.name}",
        passed=same_class and found.probability >= photo.min_probability,
        detail=f"expected {photo.label} ({photo.index}) at {photo.min_probability:.2f} or more, "
        f"got {found.label} ({found.index}) at {found.probability:.2f}",
    )


def _check_latency(result: InferenceResult, limits: Validate) -> Check:
    middle = median(each for found in result.predictions for each in found.milliseconds)
    return Check(
        name="time per photo",
        passed=middle <= limits.max_milliseconds,
        detail=f"median {middle:.1f} ms, at most {limits.max_milliseconds:.0f} ms",
    )


def _check_agreement(new: Run, live: Run | NoLiveModel, judged: Judged | None, limits: Validate) -> Check:
    name, least = "agrees with the live model", limits.min_agreement
    if isinstance(live, NoLiveModel):
        return not_judged(name, live.why, demanded=limits.demand_comparison and live.expected)
    if judged and not isinstance(judged.live, NoLiveModel):
        share, of = judged.agreement(judged.live), f"{judged.size} originals of the evaluation set"
        return Check(name=name, passed=share >= least, detail=f"on {share:.1%} of {of}, at least {least:.0%}")
    total = len(new.result.predictions)
    pairs = zip(new.result.predictions, live.result.predictions, strict=True)
    same = sum(ours.label == theirs.label for ours, theirs in pairs)
    detail = f"on {same} of {total} photos, at least {least:.0%}"
    return Check(name=name, passed=same >= least * total, detail=detail)

"""The checks of a model: safe file, expected labels, resources, probes, agreement with the live model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from imagemodel.card import load_card
from imagemodel.golden import Photo, load_golden
from seatrial.check_result import Check, not_judged
from seatrial.model.artefacts import refusing_invalid
from seatrial.model.evaluation.judging import Judged, judge_comparisons
from seatrial.model.inference.isolated import ROUNDS, run_isolated
from seatrial.model.inference.probe_result import PREDICTIONS
from seatrial.model.inference.task import InferenceResult, PhotoPrediction
from seatrial.model.validation.examination import Examination, Run
from seatrial.model.validation.isolation import isolation_checks
from seatrial.model.validation.label_checks import missing_labels
from seatrial.model.validation.live import LIVE, LiveDirectories, NoLiveModel
from seatrial.model.validation.probe_checks import TOO_SLOW, check_probes, compare_probes
from seatrial.model.validation.resource_checks import check_latency, check_memory
from seatrial.model.validation.sample_checks import NAME as SAMPLE
from seatrial.model.validation.sample_checks import check_sample, judged_sample, load_sample
from seatrial.settings import Pod, Probes, Validate

STARTUP_SECONDS: Final = 60.0
"""Time to start Python and load a model, in addition to the time for the photos."""


@dataclass(frozen=True)
class Trial:
    """The thresholds of the probes, and the pod that the model will run in."""

    probes: Probes
    pod: Pod


DEFAULT: Final = Trial(Probes(), Pod())


def examine(
    model: Path,
    golden: Path,
    live: LiveDirectories | Path | NoLiveModel,
    limits: Validate,
    *,
    evaluation: Path | None = None,
    trial: Trial = DEFAULT,
) -> Examination:
    """Run every check on the model in the directory `model`.

    `live` has the directory of each live model, or why there is none to compare with; they are run on the
    same photos. A single one needs no title. An unsafe model is not run; its other checks are then missing.
    Raises RefusedError if the golden or the evaluation set is not valid.
    """
    with refusing_invalid():
        photos = load_golden(golden).photos
    sample = load_sample(evaluation)
    seconds = _seconds(len(photos), len(sample.photos) if sample else 0, limits)
    run_model = partial(
        run_isolated,
        golden=golden,
        seconds=seconds,
        evaluation=evaluation,
        max_milliseconds=limits.max_milliseconds,
    )
    result = run_model(model, require_isolation=limits.require_isolation)
    checks = [*isolation_checks(result.confinement, limits.require_isolation), *result.inspection]
    if all(check.passed for check in checks):
        checks.append(_check_loading(result))
    if result.fault or not all(check.passed for check in checks):
        return Examination(tuple(checks), photos)
    run = Run(model, result)
    named = live if isinstance(live, Mapping) else {LIVE: live}
    compared = {title: _run_live(each, run_model) for title, each in named.items()}
    found = Examination(tuple(checks), photos, run, compared)
    # A model that is too slow has not predicted the sample.
    predicted = sample if result.probes else None
    samples = {
        title: judged_sample(predicted, run, each, limits, title) if predicted else None
        for title, each in compared.items()
    }
    judged = next((samples[title] for title, each in compared.items() if each is found.live), None)
    found = replace(found, judged=judged)
    return replace(found, checks=(*checks, *_check_answers(found, run, samples, limits, trial)))


def _check_answers(
    found: Examination, new: Run, samples: Mapping[str, Judged | None], limits: Validate, trial: Trial
) -> Iterator[Check]:
    first, photos = found.live, zip(found.photos, new.result.predictions, strict=True)
    beside = first.result if isinstance(first, Run) else first
    yield from (_check_photo(photo, each) for photo, each in photos)
    yield check_latency(new.result, beside, limits.max_milliseconds)
    yield check_memory(new.result, beside, trial.pod)
    yield from check_probes(new.result, load_card(new.model).output.kind)
    too_slow = new.result.probes is None
    yield from [not_judged(SAMPLE, TOO_SLOW)] if too_slow else check_sample(found.judged, new.model, limits)
    for title, live in found.compared.items():
        runs = sum(isinstance(each, Run) for each in found.compared.values())
        sample = samples[title]
        judged = sample and replace(sample, comparisons=max(1, runs))
        yield from _compare(new, title, live, judged, limits, trial)


def _compare(
    new: Run, title: str, live: Run | NoLiveModel, judged: Judged | None, limits: Validate, trial: Trial
) -> Iterator[Check]:
    yield _check_agreement(title, new, live, judged, limits)
    yield from judge_comparisons(judged) if judged else ()
    beside = live.result if isinstance(live, Run) else live
    yield from compare_probes(new.result, beside, trial.probes, title)


def _seconds(golden: int, evaluation: int, limits: Validate) -> float:
    predictions = golden * (ROUNDS + 1) + evaluation + PREDICTIONS
    return STARTUP_SECONDS + predictions * limits.max_milliseconds * 4 / 1000


def _run_live(live: Path | NoLiveModel, run_model: Callable[[Path], InferenceResult]) -> Run | NoLiveModel:
    if isinstance(live, NoLiveModel):
        return live
    found = run_model(live)
    if found.fault:
        return NoLiveModel(f"the live model fails here: {found.fault}", expected=True)
    if found.probes is None:
        return NoLiveModel("the live model is too slow here", expected=True)
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


def _check_agreement(
    title: str, new: Run, live: Run | NoLiveModel, judged: Judged | None, limits: Validate
) -> Check:
    name, least = f"agrees with {title}", limits.min_agreement
    if isinstance(live, NoLiveModel):
        return not_judged(name, live.why, demanded=limits.demand_comparison and live.expected)
    if missing := missing_labels(new.model, live.model):
        return not_judged(name, missing)
    if judged and not isinstance(judged.live, NoLiveModel):
        share, of = judged.agreement(judged.live), f"{judged.size} originals of the evaluation set"
        return Check(name=name, passed=share >= least, detail=f"on {share:.1%} of {of}, at least {least:.0%}")
    total = len(new.result.predictions)
    pairs = zip(new.result.predictions, live.result.predictions, strict=True)
    same = sum(ours.label == theirs.label for ours, theirs in pairs)
    detail = f"on {same} of {total} photos, at least {least:.0%}"
    return Check(name=name, passed=same >= least * total, detail=detail)

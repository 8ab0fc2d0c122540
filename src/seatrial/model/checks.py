"""The checks of a model: safe file, expected labels, latency, agreement with the live model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Final

from imagemodel.golden import Photo, load_golden
from seatrial.check_result import Check, not_judged
from seatrial.model.artefacts import refusing_invalid
from seatrial.model.inference.isolated import ROUNDS, run_isolated
from seatrial.model.inference.task import InferenceResult, PhotoPrediction
from seatrial.model.isolation import isolation_checks
from seatrial.model.live import LIVE, LiveDirectories, NoLiveModel
from seatrial.settings import Validate

STARTUP_SECONDS: Final = 60.0
"""Time to start Python and load a model, in addition to the time for the photos."""


def check_model(
    model: Path, golden: Path, live: LiveDirectories | Path | NoLiveModel, limits: Validate
) -> tuple[Check, ...]:
    """Run every check on the model in the directory `model` and return the results.

    `live` has the directory of each live model, or why there is none to compare with; a single one needs no
    title. An unsafe model is not run; its other checks are then missing. Raises RefusedError if the golden
    set is not valid.
    """
    with refusing_invalid():
        photos = load_golden(golden).photos
    seconds = STARTUP_SECONDS + len(photos) * (ROUNDS + 1) * limits.max_milliseconds * 4 / 1000
    result = run_isolated(model, golden, seconds, require_isolation=limits.require_isolation)
    checks = [*isolation_checks(result.confinement, limits.require_isolation), *result.inspection]
    if not all(check.passed for check in checks):
        return tuple(checks)
    checks.append(_check_loading(result))
    if result.fault:
        return tuple(checks)
    checks += [_check_photo(photo, found) for photo, found in zip(photos, result.predictions, strict=True)]
    checks.append(_check_latency(result, limits))
    for title, found in (live if isinstance(live, Mapping) else {LIVE: live}).items():
        compared = found if isinstance(found, NoLiveModel) else run_isolated(found, golden, seconds)
        checks.append(_check_agreement(title, result, compared, limits))
    return tuple(checks)


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


def _check_agreement(
    title: str, result: InferenceResult, live: InferenceResult | NoLiveModel, limits: Validate
) -> Check:
    name, total = f"agrees with {title}", len(result.predictions)
    if isinstance(live, NoLiveModel):
        return not_judged(name, live.why, demanded=limits.demand_comparison and live.expected)
    if live.fault:
        why = f"the live model fails here: {live.fault}"
        return not_judged(name, why, demanded=limits.demand_comparison)
    pairs = zip(result.predictions, live.predictions, strict=True)
    same = sum(ours.label == theirs.label for ours, theirs in pairs)
    return Check(
        name=name,
        passed=same >= limits.min_agreement * total,
        detail=f"on {same} of {total} photos, at least {limits.min_agreement:.0%}",
    )

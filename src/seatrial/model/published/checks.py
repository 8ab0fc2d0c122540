"""Checks what can be checked before a version is published: the card against its network, the photos."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import ceil
from pathlib import Path
from typing import Final

from imagemodel.card import load_card
from seatrial import console
from seatrial.errors import RefusedError
from seatrial.model.artefacts import MODEL
from seatrial.model.inference.alone import read_result, run_module
from seatrial.model.inference.publication.task import SHOWN, PublicationResult, PublicationTask
from seatrial.model.published.publication import Publishable
from seatrial.model.validation.isolation import DEMAND, isolation_checks
from seatrial.model.validation.probe_checks import check_kind
from seatrial.settings import Validate

STARTUP_SECONDS: Final = 60.0
SECONDS_A_PHOTO: Final = 0.5
MODEL_HINT: Final = "write the card again (make card), or export the network again"
# A digest names every byte of an artefact, so what has passed in this process passes again.
_passed: set[str] = set()


def require_valid(sources: Iterable[Publishable], limits: Validate) -> None:
    """Raise RefusedError unless networks are safe and as their cards describe them, and photos decodable.

    The directories are verified already. A subprocess that is confined reads them; with
    `limits.require_isolation` a machine that cannot confine it is refused. No answer to a photo is judged:
    that is what `validate` does.
    """
    due = [each for each in sources if each.file_list.artefact.digest not in _passed]
    if not due:
        return
    models = [each.folder for each in due if each.kind is MODEL]
    sets = [each for each in due if each.kind is not MODEL]
    photos = sum(len(each.file_list.files) for each in sets)
    parts = ("the card and its network" if models else "", f"{photos} photos" if sets else "")
    with console.step(f"check {' and '.join(filter(None, parts))}"):
        result = _run_isolated(models, [each.folder for each in sets], photos, limits)
    for fault, hint in _faults(models, result, limits):
        raise RefusedError(fault, hint)
    _passed.update(each.file_list.artefact.digest for each in due)


def _faults(models: Sequence[Path], result: PublicationResult, limits: Validate) -> Iterator[tuple[str, str]]:
    """Yield what is wrong and its hint, the most important first."""
    for check in isolation_checks(result.confinement, limits.require_isolation):
        if not check.passed:
            yield f"the files are {check.detail}", f"run it on Linux, or set {DEMAND} = false"
    for model in models:
        yield from ((fault, MODEL_HINT) for fault in _model_faults(model, result))
    if result.fault:
        yield f"the photos could not be checked: {result.fault}", "publish the same again"
    if result.broken:
        more = " or more" if len(result.broken) == SHOWN else ""
        what = f"{len(result.broken)}{more} photos cannot be decoded: {'; '.join(result.broken[:3])}"
        yield what, "replace or remove them, then seal the set again"


def _model_faults(model: Path, result: PublicationResult) -> Iterator[str]:
    for check in result.inspection:
        if not check.passed:
            yield f"{model} is unsafe: {check.name}: {check.detail}"
    if result.outputs is None:
        yield f"{model} is not as its card describes it: {result.fault or 'it gave no numbers'}"
    elif not (check := check_kind(result.outputs, load_card(model).output.kind)).passed:
        yield f"{model} is not as its card describes it: output.kind is {check.detail}"


def _run_isolated(
    models: Sequence[Path], sets: Sequence[Path], photos: int, limits: Validate
) -> PublicationResult:
    seconds = STARTUP_SECONDS + SECONDS_A_PHOTO * photos
    task = PublicationTask(
        model=models[0].resolve() if models else None,
        photos=tuple(each.resolve() for each in sets),
        cpu_seconds=ceil(seconds),
        require_isolation=limits.require_isolation,
    )
    fault = f"crashed, or not done within {seconds:.0f} s"
    output = run_module("seatrial.model.inference.publication", task, seconds, fault)
    # A subprocess that failed at its end may have printed its result.
    result, confinement = read_result(
        replace(output, fault=""), _parse, lambda why: PublicationResult(fault=why)
    )
    return result.model_copy(update={"confinement": confinement, "fault": output.fault or result.fault})


def _parse(lines: Sequence[bytes]) -> PublicationResult:
    return PublicationResult.model_validate_json(lines[0])

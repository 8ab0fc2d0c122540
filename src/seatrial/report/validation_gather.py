"""The report of a validation, from the checks of a model and what they are made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from imagemodel.card import load_card
from imagemodel.golden import Photo
from seatrial.make_commands import with_instance
from seatrial.model.inference.task import PhotoPrediction
from seatrial.model.locks.lock import Lock
from seatrial.model.validation.examination import Examination, Run
from seatrial.model.validation.live import LIVE, NoLiveModel
from seatrial.report import validation_tables as tables
from seatrial.report.schema import Fact, Failure, GoldenPrediction, Headline
from seatrial.report.text import shown
from seatrial.report.validation_schema import Latency, PhotoRow, ValidationCheck, ValidationReport
from seatrial.runtime import SYSTEM, Runtime

DETAIL: Final = 2000
"""The longest detail of a check; a model chooses the labels in it."""


@dataclass(frozen=True)
class Validated:
    """What a validation report is about: a lock, the checks of its model, and the commit they ran on.

    `budget` is the threshold of the time for a photo (milliseconds).
    """

    lock: Lock
    found: Examination
    revision: str
    budget: float


def gather_validation(source: Validated, runtime: Runtime = SYSTEM) -> ValidationReport:
    """Return the report. Parts for which the model was not run are empty."""
    lock, found = source.lock, source.found
    checks = tuple(
        ValidationCheck(name=shown(each.name, DETAIL), status=each.status, detail=shown(each.reason, DETAIL))
        for each in found.checks
    )
    report = ValidationReport(
        name=f"{lock.model.name} {lock.model.version}",
        made=runtime.now(),
        headline=_headline(checks),
        facts=tuple(_facts(source)),
        checks=checks,
        failures=tuple(
            Failure(title=each.name, detail=each.detail) for each in checks if each.status == "failed"
        ),
        golden=_golden(found),
        latency=tuple(_latency(found)),
        budget=source.budget,
        commands=_commands(),
    )
    return _with_sample(report, found)


def _with_sample(report: ValidationReport, found: Examination) -> ValidationReport:
    if (judged := found.judged) is None:
        return report
    bins, below = tables.calibration(judged)
    return report.model_copy(
        update={
            "accuracy": tables.accuracy(judged),
            "changed": tables.changed_photos(judged),
            "confusion": tables.confusion(judged),
            "classes": tables.classes(judged),
            "calibration": bins,
            "below": below,
        }
    )


def _headline(checks: tuple[ValidationCheck, ...]) -> Headline:
    failed = [each.name for each in checks if each.status == "failed"]
    unjudged = sum(each.status == "not judged" for each in checks)
    if failed:
        count = f"{len(failed)} of {len(checks)} checks failed"
        return Headline(tone="bad", text=f"Refused: {count}", why="; ".join(failed[:3]))
    missing = f"{unjudged} not judged: see the reasons below." if unjudged else "Every check was judged."
    return Headline(tone="good", text=f"Passed {len(checks) - unjudged} checks", why=missing)


def _facts(source: Validated) -> Iterator[Fact]:
    lock = source.lock
    yield Fact(name="Model", text=f"{lock.model.name} {lock.model.version}", note=lock.model.digest)
    yield from (_live(title, each) for title, each in _compared(source.found).items())
    yield Fact(name="Golden set", text=f"{lock.golden.name} {lock.golden.version}", note=lock.golden.digest)
    if lock.evaluation:
        each = lock.evaluation
        yield Fact(name="Evaluation set", text=f"{each.name} {each.version}", note=each.digest)
    if judged := source.found.judged:
        photos = len(judged.sample.photos)
        yield Fact(name="Size of the sample", text=f"{judged.size} originals", note=f"{photos} photos")
    yield Fact(name="Commit", text=source.revision)


def _compared(found: Examination) -> Mapping[str, Run | NoLiveModel]:
    return found.compared or {LIVE: found.live}


def _live(title: str, live: Run | NoLiveModel) -> Fact:
    name = title.removeprefix("the ").capitalize()
    if isinstance(live, NoLiveModel):
        return Fact(name=name, text="not compared", note=shown(live.why, DETAIL))
    card = load_card(live.model)
    return Fact(name=name, text=f"{card.name} {card.version}", note=card.digest)


def _golden(found: Examination) -> tuple[PhotoRow, ...]:
    if found.new is None:
        return ()
    new = found.new.result.predictions
    live = found.live.result.predictions if isinstance(found.live, Run) else (None,) * len(new)
    return tuple(
        PhotoRow(
            file=photo.path.name,
            expected=shown(photo.label),
            least=photo.min_probability,
            new=_given(photo, ours),
            live=_given(photo, theirs) if theirs else None,
        )
        for photo, ours, theirs in zip(found.photos, new, live, strict=True)
    )


def _given(photo: Photo, found: PhotoPrediction) -> GoldenPrediction:
    right = (found.label, found.index) == (photo.label, photo.index)
    return GoldenPrediction(
        label=shown(found.label),
        probability=found.probability,
        right=right and found.probability >= photo.min_probability,
    )


def _latency(found: Examination) -> Iterator[Latency]:
    for name, run in (("new model", found.new), ("live model", found.live)):
        if run is None or isinstance(run, NoLiveModel):
            continue
        times = sorted(each for photo in run.result.predictions for each in photo.milliseconds)
        if times:
            yield Latency(
                model=name,
                median=median(times),
                p95=times[min(len(times) - 1, int(0.95 * len(times)))],
                slowest=times[-1],
                predictions=len(times),
            )


def _commands() -> tuple[Fact, ...]:
    rows = (
        ("make fetch validate", "run the checks of the locked model again"),
        ("git log -p model.lock", "the models that were locked before"),
    )
    return tuple(Fact(name=with_instance(command), text=shows) for command, shows in rows)


def photo_directories(found: Examination) -> tuple[Path | None, Path | None]:
    """Return the directories of the golden and of the evaluation photos."""
    golden = found.photos[0].path.parent if found.photos else None
    return golden, found.judged.sample.photos[0].path.parent if found.judged else None

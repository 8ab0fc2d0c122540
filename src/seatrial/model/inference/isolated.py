"""Has a model predict photos in a confined subprocess, and checks what that prints."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from math import ceil
from pathlib import Path
from typing import Final

from imagemodel.card import load_card
from imagemodel.evaluation import EVALUATION, parse_evaluation
from imagemodel.golden import load_golden
from seatrial.model.inference.alone import read_result, run_module
from seatrial.model.inference.probe_result import SUBJECTLESS
from seatrial.model.inference.task import InferenceResult, Progress, Task, median_milliseconds
from seatrial.progress import counted

ROUNDS: Final = 5
END_BYTES: Final = 4096
"""How much of the end of the output is searched for progress, whose lines are shorter than 100 bytes."""


def run_isolated(
    model: Path,
    golden: Path,
    seconds: float,
    *,
    evaluation: Path | None = None,
    max_milliseconds: float = 1000,
    require_isolation: bool = False,
) -> InferenceResult:
    """Inspect a model, and predict a golden and an evaluation set, in a subprocess.

    It may take `seconds` in all. If it crashes, times out or prints anything else, the result has a fault.
    """
    task = Task(
        model=model.resolve(),
        golden=golden.resolve(),
        evaluation=evaluation and evaluation.resolve(),
        rounds=ROUNDS,
        cpu_seconds=ceil(seconds),
        max_milliseconds=max_milliseconds,
        require_isolation=require_isolation,
    )
    output = run_module(
        "seatrial.model.inference",
        task,
        seconds,
        f"crashed, or no prediction within {seconds:.0f} s",
        lambda output: counted("evaluation photos", lambda: last_progress(output)),
    )
    result, confinement = read_result(output, partial(_parse, task), lambda why: InferenceResult(fault=why))
    return result.model_copy(update={"confinement": confinement})


def _evaluation_photos(directory: Path | None) -> int:
    # Only listed: every photo was verified before, and there may be gigabytes.
    return len(parse_evaluation((directory / EVALUATION).read_bytes(), directory).photos) if directory else 0


def last_progress(output: Path) -> tuple[int, int] | None:
    """Return the last progress in the output of a subprocess: done, and of how many; None before that."""
    try:
        with output.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - END_BYTES))
            lines = file.read(END_BYTES).splitlines()
    except OSError:
        return None
    for line in reversed(lines):
        with suppress(ValueError):
            found = Progress.model_validate_json(line)
            return found.done, found.total
    return None


def _parse(task: Task, lines: Sequence[bytes]) -> InferenceResult:
    result = InferenceResult.model_validate_json(lines[-1])
    unsafe = next((each for each in result.inspection if not each.passed), None)
    reason = result.fault or (f"{unsafe.name}: {unsafe.detail}" if unsafe else "")
    if not reason:
        _require_complete(task, result)
    return result.model_copy(update={"fault": reason})


def _require_complete(task: Task, result: InferenceResult) -> None:
    # A process that a model has taken over can print anything.
    names = [photo.path.name for photo in load_golden(task.golden).photos]
    if [each.file for each in result.predictions] != names:
        raise ValueError("not one prediction for each photo")
    if any(len(each.milliseconds) != task.rounds for each in result.predictions):
        raise ValueError(f"not {task.rounds} latencies for each photo")
    slow = median_milliseconds(result.predictions) > task.max_milliseconds
    _require_probes(result, slow)
    if len(result.evaluation) != _evaluation_photos(None if slow else task.evaluation):
        raise ValueError("not one prediction for each evaluation photo")
    classes = load_card(task.model).output.classes
    if any(index >= classes for found in result.evaluation for index in found.classes):
        raise ValueError(f"a class that is not one of {classes}")


def _require_probes(result: InferenceResult, slow: bool) -> None:
    if (result.probes is None) != slow:
        raise ValueError("no probes, or probes of a slow model")
    if result.probes and not {*SUBJECTLESS} <= {each.picture for each in result.probes.odd}:
        raise ValueError("not an answer to each odd photo")

"""Starts the subprocess, and reads what it prints."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from seatrial.model.inference.alone import read_result, run_module
from seatrial.model.inference.card.task import TrialResult, TrialTask
from seatrial.model.inference.confinement import Confinement

SECONDS: Final = 120


def try_network(task: TrialTask) -> tuple[TrialResult, Confinement | None]:
    """Run a network in a subprocess that may take `task.cpu_seconds`; return how it behaved.

    The second part is how the subprocess was isolated, None if it ended before. If it crashes, times out or
    prints anything else, the result has a fault.
    """
    seconds = task.cpu_seconds
    fault = f"it crashed, or took more than {seconds} s"
    output = run_module("seatrial.model.inference.card", task, seconds, fault)
    return read_result(output, partial(_parse, task), lambda why: TrialResult(fault=why))


def _parse(task: TrialTask, lines: Sequence[bytes]) -> TrialResult:
    result = TrialResult.model_validate_json(lines[0])
    _require_complete(task, result)
    return result


def _require_complete(task: TrialTask, result: TrialResult) -> None:
    # A process that a network has taken over can print anything.
    if result.fault or result.photo_fault:
        return
    if len(result.guesses) != (len(task.inputs) if task.photo else 0):
        raise ValueError("not the best classes for each way of preparing the photo")
    if any(guess.index >= task.classes for row in result.guesses for guess in row):
        raise ValueError("a class that does not exist")

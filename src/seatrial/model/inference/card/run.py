"""Starts the subprocess, and reads what it prints."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from seatrial.errors import OutsideError
from seatrial.model.inference.card.task import TrialResult, TrialTask
from seatrial.model.inference.confinement import Confinement
from seatrial.model.inference.isolated import start_alone

SECONDS: Final = 120


def try_network(task: TrialTask) -> tuple[TrialResult, Confinement | None]:
    """Run a network in a subprocess that may take `task.cpu_seconds`; return how it behaved.

    The second part is how the subprocess was isolated, None if it ended before. If it crashes, times out or
    prints anything else, the result has a fault.
    """
    fault, seconds = "", task.cpu_seconds
    with tempfile.TemporaryDirectory(prefix="seatrial-trial-") as folder:
        output = Path(folder) / "output"
        try:
            start_alone(["-m", "seatrial.model.inference.card", task.model_dump_json()], output, seconds)
        except OutsideError as error:
            last = (error.log or str(error)).splitlines()[-1:]
            fault = f"it crashed, or took more than {seconds} s: {''.join(last)}"
        lines = output.read_bytes().splitlines() if output.exists() else []
    return _parse(task, lines, fault)


def _parse(task: TrialTask, lines: Sequence[bytes], fault: str) -> tuple[TrialResult, Confinement | None]:
    confinement = None
    try:
        confinement = Confinement.model_validate_json(lines[0])
        if fault:
            return TrialResult(fault=fault), confinement
        result = TrialResult.model_validate_json(lines[1])
        _require_complete(task, result)
        return result, confinement
    except (IndexError, ValueError) as error:
        reason = fault or f"unexpected output: {' '.join(str(error).split())[:200]}"
        return TrialResult(fault=reason), confinement


def _require_complete(task: TrialTask, result: TrialResult) -> None:
    # A process that a network has taken over can print anything.
    if result.fault or result.photo_fault:
        return
    if len(result.guesses) != (len(task.inputs) if task.photo else 0):
        raise ValueError("not the best classes for each way of preparing the photo")
    if any(guess.index >= task.classes for row in result.guesses for guess in row):
        raise ValueError("a class that does not exist")

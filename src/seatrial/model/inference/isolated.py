"""Starts the subprocess in an empty environment, with a deadline, and parses what it prints."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from math import ceil
from pathlib import Path
from typing import Final

from imagemodel.card import load_card
from imagemodel.errors import ImageModelError
from imagemodel.evaluation import EVALUATION, parse_evaluation
from imagemodel.golden import load_golden
from seatrial.errors import OutsideError
from seatrial.model.inference.confinement import Confinement
from seatrial.model.inference.probe_result import SUBJECTLESS
from seatrial.model.inference.task import InferenceResult, Progress, Task, median_milliseconds
from seatrial.process import run_alone
from seatrial.progress import counted

ROUNDS: Final = 5
# With these an interpreter that was moved finds its own libraries.
KEPT_VARIABLES: Final = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
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
    return _run(task, seconds)


def _run(task: Task, seconds: float) -> InferenceResult:
    fault = ""
    with tempfile.TemporaryDirectory(prefix="seatrial-trial-") as folder:
        output = Path(folder) / "output"
        try:
            with counted("evaluation photos", lambda: last_progress(output)):
                start_alone(["-m", "seatrial.model.inference", task.model_dump_json()], output, seconds)
        except OutsideError as error:
            last = (error.log or str(error)).splitlines()[-1:]
            fault = f"crashed, or no prediction within {seconds:.0f} s: {''.join(last)}"
        lines = output.read_bytes().splitlines() if output.exists() else []
    return _parse(task, lines, fault)


def start_alone(arguments: Sequence[str], output: Path, seconds: float) -> None:
    """Run Python with `arguments` and write its stdout to the new file `output`.

    Its environment and its working directory, that of `output`, are empty, and no descriptor is inherited.
    Raises OutsideError if it takes more than `seconds`, or fails.
    """
    folder = output.parent / "empty"
    folder.mkdir()
    run_alone(
        # Isolated mode: without it the working directory would be searched for modules.
        [sys.executable, "-I", *arguments],
        timeout=seconds,
        env=_environment(folder),
        cwd=folder,
        stdout=output,
        stderr=output.with_name("errors"),
    )


def _environment(folder: Path) -> Mapping[str, str]:
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return {**kept, "HOME": str(folder), "TMPDIR": str(folder), "LC_ALL": "C.UTF-8"}


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


def _parse(task: Task, lines: Sequence[bytes], fault: str) -> InferenceResult:
    confinement = None
    try:
        confinement = Confinement.model_validate_json(lines[0])
        if fault:
            return InferenceResult(confinement=confinement, fault=fault)
        result = InferenceResult.model_validate_json(lines[1:][-1])
        unsafe = next((each for each in result.inspection if not each.passed), None)
        reason = result.fault or (f"{unsafe.name}: {unsafe.detail}" if unsafe else "")
        if not reason:
            _require_complete(task, result)
        return result.model_copy(update={"confinement": confinement, "fault": reason})
    except (IndexError, ValueError, ImageModelError) as error:
        reason = fault or f"unexpected output: {' '.join(str(error).split())[:200]}"
        return InferenceResult(confinement=confinement, fault=reason)


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

"""Runs a module in a subprocess that has nothing but its task, and reads the lines that it prints.

The first line is its Confinement; the others are its own.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel

from imagemodel.errors import ImageModelError
from seatrial.errors import OutsideError
from seatrial.model.inference.confinement import Confinement
from seatrial.process import run_alone

# With these an interpreter that was moved finds its own libraries.
KEPT_VARIABLES: Final = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")

T = TypeVar("T")


@dataclass(frozen=True)
class Output:
    """The lines that a subprocess printed, and how it failed; empty: it did not."""

    lines: Sequence[bytes]
    fault: str = ""


def run_module(
    module: str,
    task: BaseModel,
    seconds: float,
    fault: str,
    watched: Callable[[Path], AbstractContextManager[None]] = lambda _: nullcontext(),
) -> Output:
    """Run a module with `task` as its argument, in JSON, for at most `seconds`; return what it printed.

    If it crashes or takes longer, that is the fault: `fault`, and the last line of its log. `watched` is
    entered meanwhile, with the path of the output.
    """
    with tempfile.TemporaryDirectory(prefix="seatrial-trial-") as folder:
        output, failure = Path(folder) / "output", ""
        try:
            with watched(output):
                start_alone(["-m", module, task.model_dump_json()], output, seconds)
        except OutsideError as error:
            last = (error.log or str(error)).splitlines()[-1:]
            failure = f"{fault}: {''.join(last)}"
        return Output(output.read_bytes().splitlines() if output.exists() else [], failure)


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


def read_result(
    output: Output, parse: Callable[[Sequence[bytes]], T], failed: Callable[[str], T]
) -> tuple[T, Confinement | None]:
    """Return what `parse` returns for the lines after the Confinement, and that (None: there is none).

    A subprocess that failed, or printed anything else, gives what `failed` returns for the reason.
    """
    confinement = None
    try:
        confinement = Confinement.model_validate_json(output.lines[0])
        return (failed(output.fault) if output.fault else parse(output.lines[1:])), confinement
    except (IndexError, ValueError, ImageModelError) as error:
        reason = output.fault or f"unexpected output: {' '.join(str(error).split())[:200]}"
        return failed(reason), confinement


def _environment(folder: Path) -> Mapping[str, str]:
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return {**kept, "HOME": str(folder), "TMPDIR": str(folder), "LC_ALL": "C.UTF-8"}

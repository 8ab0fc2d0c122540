"""The step summary that a CI shows beside a job: the summaries of this command's releases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import time
from typing import Annotated

import typer

from seatrial import console
from seatrial.workspace import find

StepSummary = Annotated[
    Path | None, typer.Option(envvar="GITHUB_STEP_SUMMARY", help="file to append the report's summary to")
]


@contextmanager
def summarised(instance: str, env: str, target: Path | None) -> Iterator[None]:
    """Append the summaries that are written to `env`'s reports during the block to a file.

    They are appended however the block ends; the file never exceeds the size limit of a step summary.
    """
    began = time()
    try:
        yield
    finally:
        if target:
            try:
                _append(find(instance).root / "reports" / instance, env, began, target)
            except Exception as problem:
                console.line(f"  warning: no step summary ({type(problem).__name__}: {problem})")


def _append(folder: Path, env: str, began: float, target: Path) -> None:
    from seatrial.report.render import SUMMARY_BYTES, truncate

    for source in sorted(folder.glob(f"{env}-*/summary.md")):
        number = source.parent.name.removeprefix(f"{env}-")
        # A file system's time stamps may be coarser than the clock.
        if number.isdecimal() and source.stat().st_mtime >= began - 0.1:
            remaining = SUMMARY_BYTES - (target.stat().st_size if target.exists() else 0)
            with target.open("a") as file:
                file.write(truncate(source.read_text() + "\n", max(remaining, 0)))

"""The step summary that a CI shows beside a job: what this command's releases left for it."""

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
    Path | None, typer.Option(envvar="GITHUB_STEP_SUMMARY", help="file that the report's summary is added to")
]


@contextmanager
def summarised(instance: str, env: str, target: Path | None) -> Iterator[None]:
    """Add the summaries that are written to `env`'s reports meanwhile to a file, however the block ends.

    Together with what stands in it the file never exceeds what a step summary may hold.
    """
    began = time()
    try:
        yield
    finally:
        if target:
            try:
                _add(find(instance).root / "reports" / instance, env, began, target)
            except Exception as problem:
                console.line(f"  warning: no step summary ({type(problem).__name__}: {problem})")


def _add(folder: Path, env: str, began: float, target: Path) -> None:
    from seatrial.report.render import SUMMARY_BYTES, truncate

    for source in sorted(folder.glob(f"{env}-*/summary.md")):
        number = source.parent.name.removeprefix(f"{env}-")
        # A file system may keep time more coarsely than the clock.
        if number.isdecimal() and source.stat().st_mtime >= began - 0.1:
            room = SUMMARY_BYTES - (target.stat().st_size if target.exists() else 0)
            with target.open("a") as file:
                file.write(truncate(source.read_text() + "\n", max(room, 0)))

"""Progress and results on the console: live on a terminal, plain lines elsewhere."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from rich.console import Console, RenderableType
from rich.markup import escape

from seatrial.make_commands import with_instance
from seatrial.runtime import SYSTEM, Runtime

# Longer than any line that is printed, so that rich does not wrap lines in a pipe.
PLAIN_WIDTH = 400
PROGRESS_SECONDS = 30.0
# Azure Pipelines and GitHub Actions execute it, wherever it stands in a line: it can end a step as a success.
_LOGGING_COMMAND = re.compile(r"##(?=\[|vso\[)")
_out = Console(stderr=True, highlight=False, soft_wrap=True)


def plain() -> bool:
    """Return whether output must be plain lines: stderr is not a terminal, or CI=true."""
    return not _out.is_terminal or os.environ.get("CI") == "true"


@contextmanager
def step(what: str, runtime: Runtime = SYSTEM, *, heartbeat: bool = True) -> Iterator[None]:
    """Print a step and its duration on stderr; on a plain log also a line every 30 s while it runs.

    Without `heartbeat` there are no such lines, for steps that report their own progress.
    """
    start = runtime.monotonic()
    progress = _heartbeat(what, runtime) if heartbeat else nullcontext()
    with progress if plain() else _out.status(escape(what)):
        yield
    _out.print(f"  {escape(_printable(what))} [dim]{runtime.monotonic() - start:.1f} s[/dim]")


@contextmanager
def _heartbeat(what: str, runtime: Runtime) -> Iterator[None]:
    start, stop = runtime.monotonic(), runtime.event()

    def report() -> None:
        while not stop.wait(PROGRESS_SECONDS):
            line(f"  {what}: still running after {duration(runtime.monotonic() - start)}")

    task = runtime.start(report)
    try:
        yield
    finally:
        stop.set()
        task.result()


def duration(seconds: float) -> str:
    """Return a length of time in seconds, or from two minutes on in minutes and seconds."""
    whole = round(seconds)
    return f"{whole} s" if whole < 120 else f"{whole // 60} min {whole % 60} s"


def show(renderable: RenderableType) -> None:
    """Print a table or a tree on stdout; without styles and line breaks if the output is plain."""
    out = Console(highlight=False)
    if out.is_terminal and os.environ.get("CI") != "true":
        out.print(renderable)
        return
    for row in plain_text(renderable).splitlines():
        out.print(_printable(row), markup=False, soft_wrap=True)


def plain_text(renderable: RenderableType, width: int = PLAIN_WIDTH) -> str:
    """Return a table or a tree as text without styles, at most `width` characters wide."""
    text = Console(file=io.StringIO(), highlight=False, color_system=None, width=width)
    with text.capture() as captured:
        text.print(renderable)
    return "\n".join(row.rstrip() for row in captured.get().splitlines())


def line(text: str) -> None:
    """Print one line on stderr; its make commands name the instance.

    Characters that a terminal would act on are printed as escapes, and no CI finds a command in the line.
    """
    _out.print(escape(_printable(with_instance(text))))


def annotate(error: str) -> None:
    """Show an error on the page of the run, in Azure Pipelines; elsewhere do nothing."""
    if os.environ.get("TF_BUILD") == "True":
        # Of a logging command these characters end the text or begin an escape.
        text = _printable(error).replace("%", "%AZP25").replace("\n", "%0A")
        Console(highlight=False).print(f"##vso[task.logissue type=error]{text}", markup=False, soft_wrap=True)


def _printable(text: str) -> str:
    return _without_commands(
        "".join(
            each if each.isprintable() or each in "\n\t" else each.encode("unicode_escape").decode()
            for each in text
        )
    )


def _without_commands(text: str) -> str:
    return _LOGGING_COMMAND.sub("# #", text)

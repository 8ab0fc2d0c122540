"""What is being done and how long it took: live on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from localcloud.report import Report

# A plain log says that a step is under way once it takes longer than this, in seconds.
SILENT_SECONDS = 10.0
# On a terminal a step that only looked leaves no line.
WORTH_A_LINE_SECONDS = 0.05


class PlainDisplay:
    """A line for each step as it ends, and one at the start of what takes long."""

    def __init__(self, console: Console, silent_seconds: float = SILENT_SECONDS) -> None:
        self._console = console
        self._silent_seconds = silent_seconds

    def __enter__(self) -> Report:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing to undo."""

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step."""
        start = time.monotonic()
        timer = threading.Timer(self._silent_seconds, self.line, [f"… {name} is under way"])
        timer.daemon = True
        timer.start()
        word = "failed after "
        try:
            yield
            word = ""
        finally:
            timer.cancel()
            self.line(f"{name} {word}{time.monotonic() - start:.1f} s")

    def line(self, text: str) -> None:
        """Say one line."""
        self._console.print(f"  {escape(text)}", highlight=False, soft_wrap=True)


class LiveDisplay:
    """A spinner for each step under way, and a line for each that ended."""

    def __init__(self, console: Console) -> None:
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console, transient=True)

    def __enter__(self) -> Report:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Show a step while it is under way."""
        task = self._progress.add_task(escape(name), total=None)
        start = time.monotonic()
        mark = "[red]✗[/red]"
        try:
            yield
            mark = "[green]✓[/green]"
        finally:
            self._progress.remove_task(task)
            self._end(mark, name, time.monotonic() - start)

    def line(self, text: str) -> None:
        """Say one line above what is under way."""
        self._progress.console.print(f"  {escape(text)}", highlight=False)

    def _end(self, mark: str, name: str, seconds: float) -> None:
        if seconds >= WORTH_A_LINE_SECONDS:
            self._progress.console.print(f"{mark} {escape(name)} [dim]{seconds:.1f} s[/dim]", highlight=False)


def display(console: Console) -> AbstractContextManager[Report]:
    """Return the display that suits: live on a terminal, plain elsewhere and where CI=true."""
    if console.is_terminal and os.environ.get("CI") != "true":
        return LiveDisplay(console)
    return PlainDisplay(console)

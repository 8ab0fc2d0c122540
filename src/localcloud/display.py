"""Progress on the console: a live display on a terminal, plain lines elsewhere."""

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

from localcloud.progress import ProgressReporter

# Interval in seconds of the lines that report a running step on a plain log.
HEARTBEAT_SECONDS = 30.0
# On a terminal, no line is printed for a shorter step: it found nothing to do.
MINIMUM_SECONDS = 0.05


class PlainDisplay:
    """Prints one line for each step when it ends, and one every 30 s while it runs."""

    def __init__(self, console: Console, heartbeat_seconds: float = HEARTBEAT_SECONDS) -> None:
        self._console = console
        self._heartbeat_seconds = heartbeat_seconds

    def __enter__(self) -> ProgressReporter:
        return self

    def __exit__(self, *_: object) -> None:
        """Do nothing: every line is printed at once."""

    @contextmanager
    def step(self, name: str, activity: str = "running") -> Iterator[None]:
        """Print the duration of a step when it ends."""
        start = time.monotonic()
        outcome = "failed after "
        try:
            with self._heartbeat(name, activity, start):
                yield
            outcome = ""
        finally:
            self.line(f"{name} {outcome}{time.monotonic() - start:.1f} s")

    def line(self, text: str) -> None:
        """Print one line."""
        self._console.print(f"  {escape(text)}", highlight=False, soft_wrap=True)

    @contextmanager
    def _heartbeat(self, name: str, activity: str, start: float) -> Iterator[None]:
        stop = threading.Event()

        def report() -> None:
            while not stop.wait(self._heartbeat_seconds):
                self.line(f"{name}: still {activity} after {duration(time.monotonic() - start)}")

        thread = threading.Thread(target=report, daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()


class LiveDisplay:
    """Shows a spinner for each running step, and a line for each finished one."""

    def __init__(self, console: Console) -> None:
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console, transient=True)

    def __enter__(self) -> ProgressReporter:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    @contextmanager
    def step(self, name: str, activity: str = "running") -> Iterator[None]:
        """Show a spinner while a step runs."""
        task = self._progress.add_task(escape(f"{name}: {activity}"), total=None)
        start = time.monotonic()
        mark = "[red]✗[/red]"
        try:
            yield
            mark = "[green]✓[/green]"
        finally:
            self._progress.remove_task(task)
            self._print_finished(mark, name, time.monotonic() - start)

    def line(self, text: str) -> None:
        """Print one line above the running steps."""
        self._progress.console.print(f"  {escape(text)}", highlight=False)

    def _print_finished(self, mark: str, name: str, seconds: float) -> None:
        if seconds >= MINIMUM_SECONDS:
            self._progress.console.print(f"{mark} {escape(name)} [dim]{seconds:.1f} s[/dim]", highlight=False)


def duration(seconds: float) -> str:
    """Return a length of time in seconds, or from two minutes on in minutes and seconds."""
    whole = round(seconds)
    return f"{whole} s" if whole < 120 else f"{whole // 60} min {whole % 60} s"


def display(console: Console) -> AbstractContextManager[ProgressReporter]:
    """Return a live display if the console is a terminal and CI is not "true", else a plain one."""
    if console.is_terminal and os.environ.get("CI") != "true":
        return LiveDisplay(console)
    return PlainDisplay(console)

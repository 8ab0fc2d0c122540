"""Progress of long work: a bar on a terminal, elsewhere a line every 30 s; a transfer has one at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.filesize import decimal
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from seatrial import console
from seatrial.runtime import SYSTEM, Runtime

Advance = Callable[[int], None]
Count = Callable[[], tuple[int, int] | None]
# So often a bar is drawn.
_BAR_SECONDS = 0.5


@contextmanager
def transfer(what: str, total: int, runtime: Runtime = SYSTEM) -> Iterator[Advance]:
    """Yield a function that is called with the number of bytes of each piece.

    `total` is in bytes. The last line on stderr has the size, the duration and the rate.
    """
    start = runtime.monotonic()
    with _lines(what, total, runtime) if console.plain() else _bar(what, total) as advance:
        yield advance
    seconds = runtime.monotonic() - start
    rate = decimal(int(total / max(seconds, 1e-3)))
    console.line(f"  {what}: {decimal(total)} in {seconds:.1f} s, {rate}/s")


@contextmanager
def _bar(what: str, total: int) -> Iterator[Advance]:
    columns = (TextColumn("  {task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(escape(what), total=total)
        yield lambda count: progress.advance(task, count)


@contextmanager
def _lines(what: str, total: int, runtime: Runtime) -> Iterator[Advance]:
    start, sent = runtime.monotonic(), 0

    def report() -> None:
        elapsed = console.duration(runtime.monotonic() - start)
        console.line(f"  {what}: {decimal(sent)} of {decimal(total)} after {elapsed}")

    def advance(count: int) -> None:
        nonlocal sent
        sent += count

    # In the background: some SDKs report the bytes of an upload only at its end.
    with _repeated(report, console.PROGRESS_SECONDS, runtime):
        yield advance


@contextmanager
def counted(what: str, count: Count, runtime: Runtime = SYSTEM) -> Iterator[None]:
    """Show how far work has come that another process does.

    `count` returns how many are done and how many there are, or None before that is known.
    """
    with _count_lines(what, count, runtime) if console.plain() else _count_bar(what, count, runtime):
        yield


@contextmanager
def _count_lines(what: str, count: Count, runtime: Runtime) -> Iterator[None]:
    start = runtime.monotonic()

    def report() -> None:
        if found := count():
            elapsed = console.duration(runtime.monotonic() - start)
            console.line(f"  {what}: {found[0]} of {found[1]} after {elapsed}")

    with _repeated(report, console.PROGRESS_SECONDS, runtime):
        yield


@contextmanager
def _count_bar(what: str, count: Count, runtime: Runtime) -> Iterator[None]:
    columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(escape(what), total=None)

        def draw() -> None:
            if found := count():
                progress.update(task, completed=found[0], total=found[1])

        with _repeated(draw, _BAR_SECONDS, runtime):
            yield


@contextmanager
def _repeated(work: Callable[[], None], seconds: float, runtime: Runtime) -> Iterator[None]:
    stop = runtime.event()

    def repeat() -> None:
        while not stop.wait(seconds):
            work()

    task = runtime.start(repeat)
    try:
        yield
    finally:
        stop.set()
        task.result()

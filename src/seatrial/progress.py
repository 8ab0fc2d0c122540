"""Progress of a transfer: a bar on a terminal; elsewhere a line every 30 s and one at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.filesize import decimal
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from seatrial import console
from seatrial.runtime import SYSTEM, Runtime

Advance = Callable[[int], None]


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
    # In the background: some SDKs report the bytes of an upload only at its end.
    start, stop, sent = runtime.monotonic(), runtime.event(), 0

    def report() -> None:
        while not stop.wait(console.PROGRESS_SECONDS):
            elapsed = console.duration(runtime.monotonic() - start)
            console.line(f"  {what}: {decimal(sent)} of {decimal(total)} after {elapsed}")

    def advance(count: int) -> None:
        nonlocal sent
        sent += count

    task = runtime.start(report)
    try:
        yield advance
    finally:
        stop.set()
        task.result()

"""How far a transfer is: a bar with bytes and rate on a terminal, one plain line elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.filesize import decimal
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from seatrial import console

Advance = Callable[[int], None]


@contextmanager
def transfer(what: str, total: int) -> Iterator[Advance]:
    """Yield a function to call with each piece's bytes; at the end say size, seconds and rate, on stderr."""
    start = time.monotonic()
    if console.plain():
        yield _ignore
    else:
        with _bar(what, total) as advance:
            yield advance
    seconds = time.monotonic() - start
    rate = decimal(int(total / max(seconds, 1e-3)))
    console.line(f"  {what}: {decimal(total)} in {seconds:.1f} s, {rate}/s")


@contextmanager
def _bar(what: str, total: int) -> Iterator[Advance]:
    columns = (TextColumn("  {task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(escape(what), total=total)
        yield lambda count: progress.advance(task, count)


def _ignore(_count: int) -> None:
    pass

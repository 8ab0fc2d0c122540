"""What is being done and how long it took: live on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape

_out = Console(stderr=True, highlight=False, soft_wrap=True)


def plain() -> bool:
    """Return whether lines must stay plain: not a terminal, or CI=true."""
    return not _out.is_terminal or os.environ.get("CI") == "true"


@contextmanager
def step(what: str) -> Iterator[None]:
    """Say what is being done, and at its end how long it took, on stderr."""
    start = time.monotonic()
    if plain():
        yield
    else:
        with _out.status(escape(what)):
            yield
    _out.print(f"  {escape(what)} [dim]{time.monotonic() - start:.1f} s[/dim]")


def line(text: str) -> None:
    """Say one line on stderr."""
    _out.print(escape(text))

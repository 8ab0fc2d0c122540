"""What is being done and how long it took: live on a terminal, plain lines elsewhere."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.markup import escape

# No line of ours is longer; a pipe must not break one in two.
PLAIN_WIDTH = 400
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


def show(found: RenderableType) -> None:
    """Print what was asked for (a table, a tree) on stdout; without styles and unwrapped where plain."""
    out = Console(highlight=False)
    if out.is_terminal and os.environ.get("CI") != "true":
        out.print(found)
        return
    text = Console(file=io.StringIO(), highlight=False, color_system=None, width=PLAIN_WIDTH)
    with text.capture() as captured:
        text.print(found)
    for row in captured.get().splitlines():
        out.print(row.rstrip(), markup=False, soft_wrap=True)


def line(text: str) -> None:
    """Say one line on stderr."""
    _out.print(escape(text))

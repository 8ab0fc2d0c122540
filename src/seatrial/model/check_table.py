"""Check results as a plain-text table."""

from __future__ import annotations

import io
from collections.abc import Iterable

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from seatrial.results import Check


def as_text(checks: Iterable[Check], width: int = 140) -> str:
    """Return the checks as plain text, one row each, at most `width` characters wide."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for title in ("result", "check", "detail"):
        table.add_column(title, overflow="fold")
    for check in checks:
        table.add_row("passed" if check.passed else "FAILED", escape(check.name), escape(check.detail))
    text = io.StringIO()
    Console(file=text, width=width, color_system=None).print(table)
    return "\n".join(row.rstrip() for row in text.getvalue().splitlines() if row.strip())

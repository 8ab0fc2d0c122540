"""Check results as a plain-text table."""

from __future__ import annotations

from collections.abc import Iterable

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from seatrial.console import plain_text
from seatrial.results import Check


def as_text(checks: Iterable[Check], width: int = 140) -> str:
    """Return the checks as plain text, one row each, at most `width` characters wide."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for title in ("result", "check", "detail"):
        table.add_column(title, overflow="fold")
    for check in checks:
        status = check.status.upper() if check.status == "failed" else check.status
        table.add_row(status, escape(check.name), escape(check.reason))
    return "\n".join(row for row in plain_text(table, width).splitlines() if row)

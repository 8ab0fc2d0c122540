"""Verdicts as a table, for a person to read."""

from __future__ import annotations

from collections.abc import Iterable

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from seatrial.console import plain_text
from seatrial.results import Check


def as_text(verdicts: Iterable[Check], width: int = 140) -> str:
    """Return the verdicts as plain text, a row each, at most `width` characters wide."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for title in ("verdict", "promise", "what was found"):
        table.add_column(title, overflow="fold")
    for verdict in verdicts:
        table.add_row("passed" if verdict.passed else "FAILED", escape(verdict.name), escape(verdict.detail))
    return "\n".join(row for row in plain_text(table, width).splitlines() if row)

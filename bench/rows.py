"""The rows of a bench's table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Row:
    """What was measured, the value, a peer's value, and the limit; `met` is None without a limit."""

    what: str
    value: str
    compared: str = ""
    limit: str = ""
    met: bool | None = None


def show(title: str, rows: Sequence[Row]) -> None:
    """Print the rows as a table."""
    table = Table("", "measured", "compared with", "limit", "", title=title, title_justify="left", box=None)
    for row in rows:
        word = {None: "", True: "met", False: "NOT met"}[row.met]
        table.add_row(row.what, row.value, row.compared, row.limit, word)
    Console(width=140).print(table)

"""The rows of a bench's table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Row:
    """A measurement: name, value, the value it is compared with, limit. Without a limit `met` is None."""

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

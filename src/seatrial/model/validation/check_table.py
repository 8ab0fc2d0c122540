"""Check results as a plain-text table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from seatrial.console import plain_text
from seatrial.errors import RefusedError
from seatrial.results import Check

SHOWN: Final = 3
"""The number of failed checks that a message names."""


def failed_checks(what: str, checks: Sequence[Check], hint: str) -> RefusedError:
    """Return the error for what failed some of the checks: all are in its log, the failed ones first."""
    failed = [check.name for check in checks if not check.passed]
    more = f" and {len(failed) - SHOWN} more" if len(failed) > SHOWN else ""
    names = f"{', '.join(failed[:SHOWN])}{more}"
    return RefusedError(
        f"{what} failed {len(failed)} of {len(checks)} checks: {names}",
        hint,
        log=as_text(sorted(checks, key=lambda check: check.passed)),
    )


def as_text(checks: Iterable[Check], width: int = 140) -> str:
    """Return the checks as plain text, one row each, at most `width` characters wide."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for title in ("result", "check", "detail"):
        table.add_column(title, overflow="fold")
    for check in checks:
        status = check.status.upper() if check.status == "failed" else check.status
        table.add_row(status, escape(check.name), escape(check.reason))
    return "\n".join(row for row in plain_text(table, width).splitlines() if row)

"""Changes at GitHub: a table before they are made, and where it stopped if one fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from rich.table import Table
from rich.text import Text

from seatrial import console
from seatrial.errors import OutsideError

REPOSITORY = "repository"
NOTHING = "-"


@dataclass(frozen=True)
class Change:
    """One variable or rule: its name, where it is, its value before and after. `make` sets it.

    `make` returns what GitHub did not accept of it, empty if it is set as a whole. A change with the
    same value before and after is only shown.
    """

    name: str
    where: str
    before: str
    after: str
    make: Callable[[], str] = field(default=lambda: "", compare=False)

    @property
    def differs(self) -> bool:
        """Whether there is anything to set."""
        return self.before != self.after


def table(changes: Iterable[Change]) -> Table:
    """Return the table of the changes that are to be made."""
    found = Table("what", "where", "before", "after", box=None, pad_edge=False)
    for change in changes:
        if change.differs:
            found.add_row(
                change.name, change.where, Text(change.before or NOTHING), Text(change.after or NOTHING)
            )
    return found


def make_all(changes: Sequence[Change], command: str = "make infra-outputs") -> list[str]:
    """Make every change that differs, in order; return what the service did not accept.

    Raises OutsideError at the first one that fails, with what was set before it and what was not, and the
    command that sets the rest.
    """
    wanted = [change for change in changes if change.differs]
    refused = []
    for number, change in enumerate(wanted):
        try:
            left = change.make()
        except OutsideError as error:
            raise _stopped(error, wanted, number, command) from error
        if left:
            refused.append(left)
        console.line(f"  {'in part' if left else 'set'}: {change.name} ({change.where})")
    return refused


def _stopped(error: OutsideError, wanted: Sequence[Change], number: int, command: str) -> OutsideError:
    done, rest = wanted[:number], wanted[number:]
    was = f"{len(done)} of {len(wanted)} were set, the last {_named(done[-1])}" if done else "nothing was set"
    what = f"{_named(rest[0])}: {error.message}; {was}"
    return OutsideError(what, f"{error.hint}; then {command} again, which sets the rest", error.log)


def _named(change: Change) -> str:
    return f"{change.name} ({change.where})"

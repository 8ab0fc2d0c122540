"""The table of docs/reference/release-states.md, and whether a command has kept it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from simulation.environment import SimulatedEnvironment
from simulation.images import ROOT

PAGE = ROOT / "docs" / "reference" / "release-states.md"
ROW = re.compile(r"^\| (\w+) \| (\d+) \| ([a-z, -]+) \| ([a-z ]+) \| (yes|rarely|no) \|$", re.MULTILINE)
ANY = "any"
ALLOWED = {
    "its release": {"its release"},
    "stable": {"stable"},
    "either": {"its release", "stable"},
    "stable or as before": {"stable", "as before"},
}


@dataclass(frozen=True)
class Row:
    """States that may be found after a command with an exit code, with what users are on then.

    `simulated` is whether so many schedules as the nightly run has reach each of them.
    """

    states: tuple[str, ...]
    users: str
    simulated: bool

    def allows(self, found: Seen) -> bool:
        """Return whether what was found agrees with this row."""
        if ANY not in self.states and found.state not in self.states:
            return False
        return self.users == ANY or not found.users or bool(found.users & ALLOWED[self.users])


@dataclass(frozen=True)
class Seen:
    """What was found after a command: the state of its release, and what users were on.

    `users` is empty if an object was changed by hand, or a late write created the live Service.
    """

    command: str
    code: int
    state: str
    users: frozenset[str]

    def __str__(self) -> str:
        """Return it in words."""
        return f"{self.command} ends {self.code}, its release is {self.state}, users are on {_or(self.users)}"


@cache
def table() -> dict[tuple[str, int], list[Row]]:
    """Return the rows by command and exit code."""
    rows: dict[tuple[str, int], list[Row]] = {}
    for command, code, states, users, simulated in ROW.findall(PAGE.read_text()):
        row = Row(tuple(states.split(", ")), users, simulated == "yes")
        rows.setdefault((command, int(code)), []).append(row)
    return rows


def seen(
    environment: SimulatedEnvironment,
    command: str,
    code: int,
    release: str,
    before: tuple[str, str] | None,
) -> Seen:
    """Return what is found after a command; `before` is what users were on when it acquired the Lease."""
    record = environment.record(release) if release else None
    live = environment.live()
    late = live is not None and live[1] == environment.late_service
    users = frozenset() if environment.manual or late else frozenset(_users(environment, release, before))
    return Seen(command, code, record.state if record else "none", users)


def departure(found: Seen) -> str:
    """Return how what was found differs from the table; empty if it agrees."""
    rows = table().get((found.command, found.code), [])
    return "" if any(row.allows(found) for row in rows) else f"{found}, which the table does not list"


def unseen(found: Iterable[Seen]) -> list[str]:
    """Return the states of the table that should have been found and were not."""
    reached = {(each.command, each.code, each.state) for each in found}
    codes = {key[:2] for key in reached}
    return [
        f"{command} {code} {state}"
        for (command, code), rows in table().items()
        for row in rows
        for state in row.states
        if row.simulated
        and ((command, code) not in codes if state == ANY else (command, code, state) not in reached)
    ]


def _or(users: frozenset[str]) -> str:
    return " or ".join(sorted(users)) or "anything"


def _users(environment: SimulatedEnvironment, release: str, before: tuple[str, str] | None) -> set[str]:
    live = environment.live()
    record = environment.record(live[1]) if live else None
    none_is_stable = live is None and not environment.stable()
    returned = record is not None and (
        record.state in ("stable", "returning")
        or (record.state == "pending" and record.release in _fallbacks(environment, release))
    )
    conditions = {
        "stable": none_is_stable or returned,
        "its release": bool(live and live[1] == release),
        "as before": live == before,
        "served": live is not None or none_is_stable,
    }
    return {name for name, holds in conditions.items() if holds} or {"nothing"}


def _fallbacks(environment: SimulatedEnvironment, release: str) -> set[str]:
    """Return the fallback of a release, the fallback of that one and so on."""
    found: set[str] = set()
    record = environment.record(release) if release else None
    while record and record.fallback and record.fallback not in found:
        found.add(record.fallback)
        record = environment.record(record.fallback)
    return found

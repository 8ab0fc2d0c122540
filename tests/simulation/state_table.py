"""The table of docs/reference/release-states.md, and whether a command has kept it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from simulation.environment import SimulatedEnvironment
from simulation.images import ROOT

PAGE = ROOT / "docs" / "reference" / "release-states.md"
ROW = re.compile(r"^\| (\w+) \| (\d+) \| ([a-z, -]+) \| ([a-z ]+) \|$", re.MULTILINE)
ANY = "any"


@dataclass(frozen=True)
class Row:
    """The states that may be found after a command with an exit code."""

    states: frozenset[str]
    users: str


@cache
def table() -> dict[tuple[str, int], Row]:
    """Return the rows by command and exit code."""
    found = ROW.findall(PAGE.read_text())
    return {
        (command, int(code)): Row(frozenset(states.split(", ")), users)
        for command, code, states, users in found
    }


def departure(environment: SimulatedEnvironment, command: str, code: int, release: str) -> str:
    """Return how an environment differs from the row of a command that has ended; empty if it agrees."""
    row = table().get((command, code))
    if row is None:
        return f"{command} ends {code}, which the table does not list"
    record = environment.record(release) if release else None
    state = record.state if record else "none"
    if ANY not in row.states and state not in row.states:
        return f"{command} ends {code}, its release {release} is {state}"
    if row.users == ANY or environment.manual:
        return ""
    users = _users(environment, release)
    if users & ALLOWED[row.users]:
        return ""
    return f"{command} ends {code}, users are on {environment.live()} instead of {row.users}"


ALLOWED = {
    "its release": {"its release"},
    "stable": {"stable"},
    "either": {"its release", "stable"},
}


def _users(environment: SimulatedEnvironment, release: str) -> set[str]:
    live = environment.live()
    if live is None:
        return set() if environment.stable() else {"stable"}
    record = environment.record(live[1])
    found = {"stable"} if record and record.state in ("stable", "returning") else set()
    return found | ({"its release"} if live[1] == release else set())

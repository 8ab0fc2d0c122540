"""Tests of the table of release-states.md and of how the simulation compares a command with it."""

from __future__ import annotations

import pytest

from seatrial.release.record import OPEN
from simulation import __main__ as command
from simulation.__main__ import simulate
from simulation.schedule import Report
from simulation.state_table import PAGE, Row, Seen, departure, table, unseen

STABLE = frozenset({"stable", "its release"})
EVERY_ROW = [
    Seen(name, code, state, STABLE)
    for (name, code), rows in table().items()
    for row in rows
    for state in row.states
]


def test_every_row_of_the_page_is_read() -> None:
    """No row is left out because it is written in another way."""
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    assert sum(map(len, table().values())) == len(lines) - 1


def test_no_command_that_ends_with_0_leaves_a_release_unfinished_except_deploy() -> None:
    """After `accept`, `promote`, `rollback` and `settle` that end with 0 nothing is left to do."""
    unfinished = {
        name for (name, code), rows in table().items() if code == 0 for row in rows if open_states(row)
    }
    assert unfinished == {"deploy"}


def open_states(row: Row) -> set[str]:
    """Return the unfinished states of a row."""
    return set(row.states) & set(OPEN)


@pytest.mark.parametrize(
    ("found", "allowed"),
    [
        (Seen("accept", 0, "stable", frozenset({"stable", "its release"})), True),
        (Seen("accept", 0, "pending", frozenset({"its release"})), False),
        (Seen("accept", 20, "switched-back", frozenset({"its release"})), False),
        (Seen("accept", 20, "switched-back", frozenset()), True),
        (Seen("accept", 99, "stable", STABLE), False),
        (Seen("deploy", 12, "pending", frozenset({"nothing"})), True),
    ],
)
def test_a_command_is_compared_with_its_rows(found: Seen, allowed: bool) -> None:
    """State and users must be those of one row; users are not compared after a change by hand."""
    assert (departure(found) == "") is allowed


def test_a_state_that_was_never_found_is_reported() -> None:
    """Every state of a row that is simulated must have been found."""
    assert unseen(EVERY_ROW) == []
    left_out = [each for each in EVERY_ROW if (each.command, each.code) != ("accept", 20)]
    assert unseen(left_out) == ["accept 20 switched-back"]


def test_many_schedules_without_every_state_fail(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From 20,000 schedules on a state that was never found fails the run; fewer need not find all."""
    monkeypatch.setattr(command, "ALL_STATES", 2)
    found = frozenset(EVERY_ROW[1:])
    monkeypatch.setattr(command, "run_all", lambda *_: [Report(seed, (), (), 1, found) for seed in (1, 2)])
    assert simulate(1, 2, 1, "") == 1
    assert "never found: deploy 0 pending" in capsys.readouterr().out
    monkeypatch.setattr(command, "ALL_STATES", 3)
    assert simulate(1, 2, 1, "") == 0

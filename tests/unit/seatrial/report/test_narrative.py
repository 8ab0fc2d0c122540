"""The result of a release in words."""

from __future__ import annotations

import pytest

from seatrial.errors import RollbackFailedError
from seatrial.release.record import State
from seatrial.report.narrative import headline, state_changes
from unit.seatrial.report.conftest import record_of

SWITCHED: tuple[State, ...] = ("candidate", "previewed", "pending")


@pytest.mark.parametrize(
    ("states", "tone", "text"),
    [
        ((*SWITCHED, "stable"), "good", "Accepted"),
        (("candidate", "refused"), "bad", "Refused before any user reached it"),
        ((*SWITCHED, "switched-back"), "bad", "Switched back after 10 s"),
        (SWITCHED, "open", "Pending: switched, not accepted yet"),
        (("candidate",), "open", "Not finished: candidate started"),
    ],
)
def test_the_headline_is_the_result_of_the_release(states: tuple[State, ...], tone: str, text: str) -> None:
    """Each final and open state has a headline of its own."""
    found = headline(record_of(states, why="it was slow"))
    assert (found.tone, found.text) == (tone, text)


def test_a_refusal_names_the_reason_and_what_still_serves() -> None:
    """The reason is a sentence, followed by the release that serves users."""
    found = headline(record_of(("candidate", "refused"), why="it was slow"))
    assert found.why == "It was slow. trial-1 still serves."


def test_a_failed_rollback_calls_for_action() -> None:
    """A failed rollback has precedence over the recorded state."""
    found = headline(record_of(SWITCHED), RollbackFailedError("the cluster does not respond"))
    assert (found.tone, found.text) == ("bad", "Rollback failed: act now")


def test_later_states_do_not_change_the_headline() -> None:
    """A release that was accepted is reported as accepted after another replaces it."""
    record = record_of((*SWITCHED, "stable", "superseded"))
    assert headline(record).text == "Accepted"
    assert [each.state for each in state_changes(record)] == [*SWITCHED, "stable"]

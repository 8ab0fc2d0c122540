"""The verdict in words."""

from __future__ import annotations

import pytest

from seatrial.errors import RollbackFailedError
from seatrial.release.record import State
from seatrial.report.narrative import headline, moments
from unit.seatrial.report.conftest import record_of

THROUGH: tuple[State, ...] = ("candidate", "previewed", "pending")


@pytest.mark.parametrize(
    ("states", "tone", "text"),
    [
        ((*THROUGH, "stable"), "good", "Accepted"),
        (("candidate", "refused"), "bad", "Refused before any user saw it"),
        ((*THROUGH, "switched-back"), "bad", "Switched back after 10 s"),
        (THROUGH, "open", "Pending: switched, its verdict is not yet given"),
        (("candidate",), "open", "Not ended: candidate started"),
    ],
)
def test_the_verdict_is_said_in_words(states: tuple[State, ...], tone: str, text: str) -> None:
    """Whoever reads only the headline knows how the release ended."""
    found = headline(record_of(states, why="it was slow"))
    assert (found.tone, found.text) == (tone, text)


def test_what_serves_instead_is_said() -> None:
    """A refused release's page says why, and who serves."""
    assert headline(record_of(("candidate", "refused"), why="it was slow")).why == (
        "It was slow. trial-1 serves, as before."
    )


def test_a_failed_rollback_is_loud() -> None:
    """Nothing is said of a verdict where somebody must act."""
    found = headline(record_of(THROUGH), RollbackFailedError("the cluster is away"))
    assert (found.tone, found.text) == ("bad", "Rollback failed: somebody must act now")


def test_what_becomes_of_a_release_later_is_not_its_verdict() -> None:
    """A release that was accepted stays so on its page when another replaces it."""
    record = record_of((*THROUGH, "stable", "superseded"))
    assert headline(record).text == "Accepted"
    assert [each.state for each in moments(record)] == [*THROUGH, "stable"]

"""Which failures people are notified of, and in which words."""

from __future__ import annotations

import pytest

from seatrial.errors import (
    HeldError,
    OutsideError,
    RefusedError,
    RollbackFailedError,
    RolledBackError,
    SeatrialError,
    UsageError,
)
from seatrial.release.notice import MAX_LENGTH, Notice, of_error, of_hold


def test_a_rolled_back_release_names_itself_the_reason_and_the_next_command() -> None:
    """The message has environment, release, cause and fix, in one line."""
    error = RolledBackError(
        "production-7 failed a check: 3 of 50 requests failed", "production-6 serves again"
    )
    assert str(of_error("production", error, scheduled=False)) == (
        "production: the release was rolled back, users are on the stable release (production-7). "
        "Why: production-7 failed a check: 3 of 50 requests failed. Cure: production-6 serves again. "
        "Next: make history ENV=production"
    )


def test_a_failed_rollback_asks_to_act() -> None:
    """Exit code 21 has another message than 20, and its next command is a rollback."""
    notice = of_error("staging", RollbackFailedError("staging-2 could not be undone: 500"), scheduled=True)
    assert notice is not None
    assert notice.title == "staging: undoing a release FAILED, act now (staging-2)"
    assert notice.next == "make rollback ENV=staging"


def test_a_refusal_is_reported_only_if_nobody_watches() -> None:
    """In a scheduled run a refused release is reported, and a refused stage before it."""
    error = RefusedError("the preview failed: 2 of 9 tests", "make validate")
    assert of_error("staging", error, scheduled=False) is None
    assert str(of_error("staging", error, scheduled=True)).startswith(
        "staging: the nightly release was refused, users are not affected. Why: the preview failed"
    )
    assert str(of_error("", error, scheduled=True)).startswith("a stage of the nightly run was refused, ")


@pytest.mark.parametrize("kind", [HeldError, OutsideError, UsageError, SeatrialError])
def test_other_failures_are_not_reported(kind: type[SeatrialError]) -> None:
    """A command that changed nothing is repeated by the person or the CI that ran it."""
    assert of_error("staging", kind("x"), scheduled=True) is None


def test_a_hold_names_what_was_taken_back_and_how_to_lift_it() -> None:
    """The reason is that of the person who rolled back."""
    assert str(of_hold("production", "production-7", "production-6", "wrong labels for cats")) == (
        "production: a release was rolled back and is on hold, production-6 serves (production-7). "
        "Why: wrong labels for cats. Next: repair the cause, then make resume ENV=production"
    )
    assert "no release serves" in of_hold("production", "production-1", "").title


@pytest.mark.parametrize(
    "text", ["a\nnotice=b\r\nc", "a\u2028notice=b\x85c", "a\x1b[31m\u202e\x00 notice=b c"]
)
def test_a_notice_is_one_line_of_printable_text(text: str) -> None:
    """No message can begin another line of the CI's output file, or change a terminal."""
    line = str(Notice(text, text, text, text, text))
    assert line.isprintable()
    assert "notice=b" in line


def test_a_notice_has_no_credential_and_a_limit() -> None:
    """A credential in the message of an error is masked; a long message is cut."""
    error = RolledBackError("staging-1 failed: GET https://user:hunter22@host/x?sig=abc " + "x" * 9000)
    notice = of_error("staging", error, scheduled=False)
    assert notice is not None
    assert "hunter22" not in str(notice)
    assert "sig=abc" not in str(notice)
    assert len(notice.why) == MAX_LENGTH

"""The deadlines of a connection, in virtual time."""

from __future__ import annotations

import pytest

from classifier.server.clock import LINGER_BYTES, LINGER_SECONDS, SILENCE_SECONDS, Clock, Overdue
from classifier.server.settings import GRACE_SECONDS, Limits

LIMITS = Limits(head_seconds=10, receive_seconds=60, idle_seconds=65, send_seconds=30, least_rate=4096)


@pytest.fixture
def clock() -> Clock:
    """A connection that was opened at time 0."""
    return Clock(LIMITS, idle=0)


def test_idle_connection_ends_after_its_time(clock: Clock) -> None:
    """A connection without a request is closed after `idle_seconds`, but not while a request is computed."""
    assert clock.overdue(65, in_body=False, received=0, busy=False) is None
    assert clock.overdue(66, in_body=False, received=0, busy=False) is Overdue.IDLE
    assert clock.overdue(66, in_body=False, received=0, busy=True) is None


def test_head_has_a_deadline(clock: Clock) -> None:
    """The headers are complete `head_seconds` after the first byte."""
    clock.begun = 100
    assert clock.overdue(110, in_body=False, received=0, busy=False) is None
    assert clock.overdue(111, in_body=False, received=0, busy=False) is Overdue.REQUEST


@pytest.mark.parametrize("busy", [False, True])
def test_body_has_a_least_rate(clock: Clock, busy: bool) -> None:
    """After some seconds the body must have arrived at the least rate, also behind another request."""
    clock.begun = 100
    now = 100 + GRACE_SECONDS + 2
    assert clock.overdue(now, in_body=True, received=2 * 4096, busy=busy) is None
    assert clock.overdue(now, in_body=True, received=2 * 4096 - 1, busy=busy) is Overdue.REQUEST


def test_request_has_a_deadline_at_any_rate(clock: Clock) -> None:
    """The whole request arrives within `receive_seconds`."""
    clock.begun = 100
    assert clock.overdue(160, in_body=True, received=10_000_000, busy=False) is None
    assert clock.overdue(161, in_body=True, received=10_000_000, busy=False) is Overdue.REQUEST


def test_client_must_read_its_response(clock: Clock) -> None:
    """A response that the client does not read ends the connection after `send_seconds`."""
    clock.sending = 100
    assert clock.overdue(130, in_body=False, received=0, busy=False) is None
    assert clock.overdue(131, in_body=False, received=0, busy=False) is Overdue.RESPONSE


def test_rest_of_a_refused_request_is_read_within_limits(clock: Clock) -> None:
    """The rest is discarded while it arrives, up to a time and a number of bytes."""
    clock.lingering, clock.last_data = 100, 110
    assert clock.overdue(110 + SILENCE_SECONDS, in_body=True, received=0, busy=False) is None
    assert clock.overdue(111 + SILENCE_SECONDS, in_body=True, received=0, busy=False) is Overdue.IDLE
    clock.last_data = 101 + LINGER_SECONDS
    assert clock.overdue(101 + LINGER_SECONDS, in_body=True, received=0, busy=False) is Overdue.IDLE
    clock.last_data, clock.discarded = 110, LINGER_BYTES + 1
    assert clock.overdue(110, in_body=True, received=0, busy=False) is Overdue.IDLE

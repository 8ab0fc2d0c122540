"""What the server reports: its queue, and the requests that it answers without the app."""

from __future__ import annotations

from typing import Final

from classifier.metrics.definitions import QUEUE_LENGTH, QUEUE_TIME, REFUSALS, REQUESTS
from classifier.metrics.reasons import reason_of

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
NO_PROGRESS: Final = "wedged"
UNKNOWN: Final = "unknown"
"""The route of every request that no route of the app matches."""


def set_queue_length(waiting: int) -> None:
    """Record the number of requests that wait in this process to be computed."""
    QUEUE_LENGTH.set(waiting)


def observe_queue_time(seconds: float) -> None:
    """Record how long a request waited before it was computed."""
    QUEUE_TIME.observe(seconds)


def count_refused_request(method: str, status: int, reason: str = "") -> None:
    """Count a request that the server answered itself, without the app.

    `reason` is one of REASONS; any other, or none, is replaced by the reason of the status. A probe that is
    answered with 503, for the reason NO_PROGRESS, is no refusal.
    """
    count_request(UNKNOWN, method, status)
    if reason != NO_PROGRESS:
        count_refusal(status, reason)


def count_request(route: str, method: str, status: int) -> None:
    """Count a response. A method that HTTP does not define counts as `other`."""
    REQUESTS.labels(route, method if method in METHODS else "other", str(status)).inc()


def count_refusal(status: int, reason: str = "") -> None:
    """Count a refusal, if the status is one."""
    found = reason_of(status, reason)
    if found:
        REFUSALS.labels(found).inc()

"""The refusals that do not depend on the syntax of a request."""

from __future__ import annotations

from classifier.server.refusal import RefusalError
from classifier.server.settings import Limits
from classifier.sizes import SMALLER, too_large


def body_too_large(limit: int, size: int | None = None) -> RefusalError:
    """Return the refusal of a body of `size` bytes, or of an unknown number, that is larger than `limit`."""
    return RefusalError(413, too_large(limit, size), SMALLER, "body")


def too_slow(limits: Limits) -> RefusalError:
    """Return the refusal of a request that did not arrive in time."""
    return RefusalError(
        408,
        "the request did not arrive in time",
        f"send the headers within {limits.head_seconds:g} s, the whole request within "
        f"{limits.receive_seconds:g} s and at least {limits.least_rate} bytes a second",
        "slow",
    )


def buffer_full() -> RefusalError:
    """Return the refusal of a body for which there is no memory, because others are being received."""
    return RefusalError(503, "too many bodies are being received", "retry later", "memory", retry_after=1)


def connections_full() -> RefusalError:
    """Return the refusal of a connection while every other one has a request to answer."""
    return RefusalError(503, "too many connections", "retry later", "connections", retry_after=1)


def queue_full(waiting: int, retry_after: int) -> RefusalError:
    """Return the refusal of a request while the queue is full."""
    return RefusalError(
        503,
        f"too many requests: {waiting} wait already",
        f"retry after {retry_after} s, and send fewer requests at once",
        "queue",
        closes=False,
        retry_after=retry_after,
    )


def waited_too_long(seconds: float) -> RefusalError:
    """Return the refusal of a request whose deadline passed before a worker was free. It is not computed."""
    return RefusalError(
        503,
        f"the request waited longer than its deadline of {seconds:g} s",
        "retry later: it was not computed",
        "deadline",
        closes=False,
        retry_after=1,
    )


def computed_too_long(seconds: float) -> RefusalError:
    """Return the refusal of a request whose deadline passed while it was computed."""
    return RefusalError(
        504,
        f"the request was not computed within its deadline of {seconds:g} s",
        SMALLER,
        "deadline",
        closes=False,
    )


def internal_error() -> RefusalError:
    """Return the refusal of a request for which the app raised an exception."""
    return RefusalError(
        500,
        "internal error",
        "retry; the server log has the details under the X-Request-Id",
        "error",
        closes=False,
    )


def not_alive(fault: str) -> RefusalError:
    """Return the response of a probe while the process makes no progress."""
    return RefusalError(503, fault, "the container is restarted", "wedged", closes=False)


def unknown_admin_route(path: str) -> RefusalError:
    """Return the refusal of a route that the admin port does not have."""
    return RefusalError(
        404,
        f"no route {path}",
        "the routes are /livez, /readyz, /healthz and /metrics",
        "route",
        closes=False,
    )

"""The body of a request, never more of it than the limit."""

from __future__ import annotations

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

CHUNK = 1 << 16
DISCARD = 64 << 20
"""How many bytes of a refused body are still taken off the line: 64 MiB."""


def read_body() -> bytes:
    """Return the current request's body; RequestEntityTooLarge when it is over the app's limit."""
    data = request.get_data(cache=False)
    limit = request.max_content_length
    # Werkzeug cuts a body of unknown length off at the limit instead of refusing it.
    if request.content_length is None and limit is not None and len(data) >= limit:
        raise RequestEntityTooLarge
    return data


def discard_rest() -> None:
    """Read what is left of the current request's body, up to `DISCARD` bytes, and forget it.

    A server that closes on unread bytes resets the connection, and the client never sees the answer.
    """
    if not request.environ.get("wsgi.input_terminated"):
        return
    stream, left = request.environ["wsgi.input"], DISCARD
    while left > 0 and (data := stream.read(CHUNK)):
        left -= len(data)

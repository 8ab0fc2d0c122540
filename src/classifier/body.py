"""Read a request body within the size limit."""

from __future__ import annotations

import io

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

CHUNK = 1 << 16
DISCARD = 64 << 20
"""The largest number of bytes that is read from the body of a refused request: 64 MiB."""


def read_body() -> bytes:
    """Return the body of the current request.

    Raises RequestEntityTooLarge if the body is larger than the app's `MAX_CONTENT_LENGTH`.
    """
    limit = request.max_content_length
    if (whole := _body_in_memory()) is not None:
        if limit is not None and len(whole) > limit:
            raise RequestEntityTooLarge
        return whole
    data = request.get_data(cache=False)
    # Werkzeug truncates a body of unknown length at the limit and raises nothing.
    if request.content_length is None and limit is not None and len(data) >= limit:
        raise RequestEntityTooLarge
    return data


def _body_in_memory() -> bytes | None:
    """Return the body if the server has it whole, without the copies that reading a stream makes."""
    stream = request.environ["wsgi.input"]
    if not isinstance(stream, io.BytesIO) or stream.tell():
        return None
    data = stream.getvalue()
    if request.content_length not in (None, len(data)):
        return None
    stream.seek(len(data))
    return data


def discard_unread_body() -> None:
    """Read and discard the rest of the current request's body, at most `DISCARD` bytes.

    A server that closes a connection with unread bytes resets it, and the client gets no response.
    """
    if not request.environ.get("wsgi.input_terminated"):
        return
    stream, remaining = request.environ["wsgi.input"], DISCARD
    while remaining > 0 and (data := stream.read(CHUNK)):
        remaining -= len(data)

"""Read a request body within the size limit."""

from __future__ import annotations

import io

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge


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

"""The body of a request, never more of it than the limit."""

from __future__ import annotations

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge


def read_body() -> bytes:
    """Return the current request's body; RequestEntityTooLarge when it is over the app's limit."""
    data = request.get_data(cache=False)
    limit = request.max_content_length
    # Werkzeug cuts a body of unknown length off at the limit instead of refusing it.
    if request.content_length is None and limit is not None and len(data) >= limit:
        raise RequestEntityTooLarge
    return data

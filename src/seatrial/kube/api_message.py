"""The message of an error response of the API server."""

from __future__ import annotations

import json
from typing import Any


def message_of(body: Any) -> str:
    """Return the message of a Status object, or the first 200 characters of another body."""
    text = body.decode(errors="replace") if isinstance(body, bytes) else str(body or "empty response")
    try:
        return str(json.loads(text)["message"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return text[:200]

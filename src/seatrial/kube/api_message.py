"""The message of an error response of the API server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

REFUSAL_HINTS: Final[Mapping[int, str]] = {
    401: "the cluster does not accept the credentials of this context: sign in again, or fetch it again",
    403: "an administrator runs make bootstrap ENV=NAME once",
}


def message_of(body: Any) -> str:
    """Return the message of a Status object, or the first 200 characters of another body."""
    text = body.decode(errors="replace") if isinstance(body, bytes) else str(body or "empty response")
    try:
        return str(json.loads(text)["message"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return text[:200]

"""Values in the responses of a registry, which may be anything."""

from __future__ import annotations

import json
import re
from typing import Any

# The grammar of the OCI image specification.
DIGEST = re.compile(r"[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[A-Za-z0-9=_-]+")


def json_object(raw: bytes) -> dict[str, Any] | None:
    """Return the JSON object in a response, or None if it is something else."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def require_digest(value: object) -> str:
    """Return a digest. Raises ValueError for another value, which could change a path that it is in."""
    if not isinstance(value, str) or not DIGEST.fullmatch(value):
        raise ValueError("not a digest")
    return value

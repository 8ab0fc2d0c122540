"""TOML from files and from git; whatever is wrong with it, the error names the file."""

from __future__ import annotations

import tomllib
from typing import Any

from seatrial.errors import UsageError


def parse_toml(raw: bytes, name: str) -> dict[str, Any]:
    """Return the tables in `raw`. Raises UsageError, which names the file `name`, if it is not TOML."""
    try:
        return tomllib.loads(raw.decode("utf-8-sig"))
    # Besides its own errors tomllib raises those of int and of the encoding, which are ValueErrors.
    except (ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise UsageError(f"{name} is not TOML: {reason}", "fix that line") from error

"""JSON of clients, parsed within a limit on the number of its values."""

from __future__ import annotations

import json
from typing import Any

import orjson

from classifier.errors import RequestError

SMALL = 1 << 20
"""The size in bytes up to which a text is not counted: its values take 25 MB at most."""


def check_values(text: bytes | str, limit: int) -> None:
    """Raise RequestError 413 if `text` may have more than `limit` JSON values.

    In memory a value takes up to 24 times the bytes of its text, so this is checked before parsing. Commas
    and brackets inside strings count too, and a string, the largest kind of value, counts three times.
    """
    if len(text) <= SMALL:
        return
    if _structural_characters(text) > limit:
        raise RequestError(413, f"too many JSON values, the limit is {limit}", "send fewer values")


def _structural_characters(text: bytes | str) -> int:
    if isinstance(text, str):
        return sum(map(text.count, ',[{"'))
    return sum(map(text.count, (b",", b"[", b"{", b'"')))


def load_json(text: bytes | str) -> Any:
    """Return the value of a JSON text, also in UTF-16 or UTF-32, with a byte order mark, or with NaN.

    Raises ValueError if it is not JSON, and RecursionError if it is nested too deeply.
    """
    try:
        return orjson.loads(text)
    except ValueError:
        # Slower, and accepts what clients of the original wire format could send.
        return json.loads(text)

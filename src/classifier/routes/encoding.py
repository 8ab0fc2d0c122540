"""Base64 in the forms that clients send."""

from __future__ import annotations

from urllib.parse import unquote

import pybase64

_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_WHITESPACE = b" \t\r\n\v\f"


def decode_base64(text: str) -> bytes:
    """Return the bytes that `text` encodes in base64.

    Also accepted: white space such as line breaks, the URL-safe alphabet, missing padding, a `data:` URI, and
    the literal of a Python bytes object, `b'…'`. Raises ValueError for any other text.
    """
    try:
        # 40 times as fast as `base64`, which takes a tenth of the time of a large photo.
        return pybase64.b64decode(text, validate=True)
    except ValueError:
        return pybase64.b64decode(_standard_base64(text), validate=True)


def _standard_base64(text: str) -> bytes:
    payload = _without_data_uri(_without_bytes_literal(text.strip()))
    digits = payload.encode("ascii").translate(_URL_SAFE, _WHITESPACE).rstrip(b"=")
    return digits + b"=" * (-len(digits) % 4)


def _without_bytes_literal(text: str) -> str:
    # Clients that call str() on bytes send Python's literal, with line breaks as escape sequences.
    quoted = len(text) > 2 and text[:2] in {"b'", 'b"'} and text[-1] == text[1]
    return text[2:-1].replace("\\r", "").replace("\\n", "") if quoted else text


def _without_data_uri(text: str) -> str:
    if text[:5].lower() != "data:":
        return text
    media_type, comma, data = text.partition(",")
    if not comma or not media_type.rstrip().lower().endswith(";base64"):
        raise ValueError("a data URI that is not in base64")
    return unquote(data) if "%" in data else data

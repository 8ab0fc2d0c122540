"""The formats of credentials: to find one in bytes, and to mask those in a text."""

from __future__ import annotations

import re
from collections.abc import Mapping

MASK = "[hidden]"
# Formats that nothing but a credential has, by kind. A match in an image refuses the image. Each begins with
# a literal, then a lookbehind for what may not precede it: 30 times as fast as a leading \b.
FORMATS: Mapping[str, str] = {
    "a private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/]{32}",
    "an Azure storage key": r"AccountKey=[A-Za-z0-9+/]{40,}={0,2}",
    "an Azure SAS": r"sig=(?<=[?&]sig=)[A-Za-z0-9%+/]{30,}",
    "an AWS access key": r"A[KS]IA(?<!\w.{4})[0-9A-Z]{16}\b",
    "a GitHub token": r"g(?:h[pousr]_(?<!\w.{4})[A-Za-z0-9]{36}|ithub_pat_(?<!\w.{11})[A-Za-z0-9_]{60,})",
    "a registry login": r'"auth"\s*:\s*"[A-Za-z0-9+/]{12,}={0,2}"',
}
_IN_BYTES = {kind: re.compile(pattern.encode()) for kind, pattern in FORMATS.items()}
_IN_TEXT = [re.compile(pattern) for pattern in FORMATS.values()]
# Values that follow a name such as `password` or `token`. The first group of a match is not masked.
_NAMED = (
    re.compile(r"(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(?=-----END|\Z)", re.S),
    re.compile(r"\b((?:authorization|proxy-authorization)\s*[:=]\s*(?:bearer|basic)\s+)[^\s'\"]+", re.I),
    re.compile(r"\b(bearer\s+)[\w.~+/=-]{16,}", re.I),
    re.compile(
        r"((?:password|passwd|secret|token|accountkey|api[_-]?key)[\"']?\s*[:=]\s*[\"']?)[^\s\"',;]+",
        re.I,
    ),
    re.compile(r"([?&](?:sig|signature|X-Amz-Signature)=)[^&\s]+", re.I),
    re.compile(r"(\w://)[^/\s:@]+:[^/\s@]+(?=@)"),
    re.compile(r"()\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"),
    re.compile(r"()\bgh[pousr]_\w{20,}"),
)


def find_credential(data: bytes, start: int = 0, end: int | None = None) -> str | None:
    """Return the kind of a credential that begins from `start` to before `end` in `data`, or None.

    The bytes before `start` and after `end` are read as the context of a match.
    """
    for kind, pattern in _IN_BYTES.items():
        match = pattern.search(data, start)
        if match and (end is None or match.start() < end):
            return kind
    return None


def mask_credentials(text: str) -> str:
    """Return `text` with each credential replaced by a mask; the name before a value stays."""
    for pattern in _NAMED:
        text = pattern.sub(rf"\g<1>{MASK}", text)
    for pattern in _IN_TEXT:
        text = pattern.sub(MASK, text)
    return text

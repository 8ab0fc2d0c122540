"""What a report may not tell: paths of the machine it was made on, and secrets."""

from __future__ import annotations

import re
from pathlib import Path

_HIDDEN = "[hidden]"
# Each keeps its first group and loses the rest.
_SECRETS = (
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
# A folder that tells of a machine; a path inside a container or a URL is no such thing.
_HOMES = re.compile(
    r"(?<![\w.:/-])/(?:root|home|Users|work|tmp|var|private|mnt|opt|srv|github|builds)/[^\s'\":,;)\]<>]*"
)


def redacted(text: str, root: Path | None = None) -> str:
    """Return a text without secrets and without paths of this machine; those below `root` become relative."""
    for pattern in _SECRETS:
        text = pattern.sub(rf"\g<1>{_HIDDEN}", text)
    if root:
        text = text.replace(f"{root}/", "").replace(str(root), ".")
    return _HOMES.sub(lambda found: f"…/{found.group().rstrip('/').rpartition('/')[2]}", text)

"""The head of a request: what the app can be given, and the length of the body."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from classifier.server.messages import Request
from classifier.server.refusal import RefusalError

INVALID: Final = "send a request as RFC 9112 defines it"


def check_head(request: Request) -> None:
    """Raise RefusalError for a head that the app cannot be given."""
    if not _is_url(request.target):
        raise RefusalError(400, "the URL is not valid", INVALID, "http")
    if request.version not in {"1.0", "1.1"}:
        raise RefusalError(505, f"HTTP/{request.version} is not supported", "use HTTP/1.1", "http")
    hosts = sum(name.lower() == b"host" for name, _ in request.headers)
    if hosts > 1 or (hosts == 0 and request.version == "1.1"):
        raise RefusalError(400, f"the request has {hosts} Host headers", "send one Host header", "http")
    encodings = [value.lower() for name, value in request.headers if name.lower() == b"transfer-encoding"]
    if encodings and request.version == "1.0":
        raise RefusalError(
            400, "HTTP/1.0 has no Transfer-Encoding", "send Content-Length, or use HTTP/1.1", "http"
        )
    if encodings and encodings != [b"chunked"]:
        raise RefusalError(501, "unknown Transfer-Encoding", "send Transfer-Encoding: chunked", "http")
    if request.header(b"expect").lower() not in {b"", b"100-continue"}:
        raise RefusalError(417, "unknown expectation", "send Expect: 100-continue or nothing", "http")


def framing(request: Request) -> bytes:
    """Return the headers that state the length of a body, or nothing without a body."""
    if request.header(b"transfer-encoding"):
        return b"Transfer-Encoding: chunked\r\n"
    length = content_length(request)
    return b"Content-Length: %d\r\n" % length if length else b""


def content_length(request: Request) -> int:
    """Return the length that the request states, or 0. The parser has checked that it is a number."""
    return int(request.header(b"content-length") or 0)


def _is_url(target: bytes) -> bool:
    try:
        return target.startswith(b"/") or bool(urlsplit(target))
    except ValueError:
        return False

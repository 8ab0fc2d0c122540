"""Read requests from the bytes of a connection, with the parser of Node.js (llhttp, by `httptools`).

The parser refuses what two servers could read differently: both Content-Length and Transfer-Encoding, two
lengths, bare line feeds, folded headers. This module adds limits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import httptools

from classifier.server.messages import Request
from classifier.server.refusal import RefusalError
from classifier.server.settings import FREE_CHUNKS, LEAST_CHUNK, MAX_HEAD, MAX_HEADERS, MAX_URL

INVALID: Final = "send a request as RFC 9112 defines it"


class RequestParser:
    """Reads the requests of one connection.

    `on_head` is called with the request once its headers are complete, `on_data` with the number of bytes for
    each part of a body, `on_request` when a request is complete. What they raise ends `feed`.
    """

    def __init__(
        self,
        on_head: Callable[[Request], None],
        on_data: Callable[[int], None],
        on_request: Callable[[Request], None],
    ) -> None:
        self._on_head, self._on_data, self._on_request = on_head, on_data, on_request
        self.request = Request()
        self.begun = False
        self.in_body = False
        self._head_bytes = 0
        self._unfinished_bytes = 0
        self._chunks = 0
        self._parser: Any = httptools.HttpRequestParser(self)

    def feed(self, data: bytes) -> None:
        """Read `data`. Raises RefusalError for a request that is not valid or over a limit."""
        view = memoryview(data)
        while len(view):
            # The parser keeps an incomplete header in memory, whatever its length.
            size = len(view) if self.in_body else MAX_HEAD
            view = view[self._feed(view[:size]) :]
            self._limit_unfinished_head(size)

    def _feed(self, data: memoryview) -> int:
        self._unfinished_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            # No protocol to upgrade to: go on with HTTP/1.1.
            self._parser = httptools.HttpRequestParser(self)
            return int(upgrade.args[0])
        except httptools.HttpParserCallbackError as error:
            raise _cause(error) from None
        except httptools.HttpParserError as error:
            raise RefusalError(400, f"the request is not valid HTTP: {error}", INVALID, "http") from None
        return len(data)

    def _limit_unfinished_head(self, size: int) -> None:
        if self.in_body or not self.begun:
            self._unfinished_bytes = 0
        elif self._unfinished_bytes > MAX_HEAD + size:
            raise _too_long(bool(self.request.headers))

    def on_message_begin(self) -> None:
        """Begin a request."""
        self.request = Request()
        self.begun, self.in_body = True, False
        self._head_bytes = self._unfinished_bytes = self._chunks = 0

    def on_url(self, part: bytes) -> None:
        """Add a part of the target."""
        self.request.target += part
        if len(self.request.target) > MAX_URL:
            raise _too_long(False)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add a header. Those after a chunked body are ignored."""
        if self.in_body:
            return
        self._head_bytes += len(name) + len(value) + 4
        self.request.headers.append((name, value))
        if self._head_bytes > MAX_HEAD or len(self.request.headers) > MAX_HEADERS:
            raise _too_long(True)

    def on_headers_complete(self) -> None:
        """Check the head and report it."""
        request = self.request
        request.method = self._parser.get_method().decode("latin-1")
        request.version = self._parser.get_http_version()
        request.keep_alive = self._parser.should_keep_alive()
        self.in_body = True
        check_head(request)
        self._on_head(request)

    def on_body(self, part: bytes) -> None:
        """Add a part of the body."""
        self._on_data(len(part))
        self.request.body += part

    def on_chunk_header(self) -> None:
        """Refuse a body of very small chunks: reading one takes as long, whatever its size."""
        self._chunks += 1
        if self._chunks > FREE_CHUNKS + len(self.request.body) // LEAST_CHUNK:
            hint = f"send chunks of at least {LEAST_CHUNK} bytes"
            raise RefusalError(400, "the chunks of the body are too small", hint, "http")

    def on_message_complete(self) -> None:
        """Report the request."""
        self.begun = self.in_body = False
        request, self.request = self.request, Request()
        self._on_request(request)


def check_head(request: Request) -> None:
    """Raise RefusalError for a head that the app cannot be given."""
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


def content_length(request: Request) -> int:
    """Return the length that the request states, or 0. The parser has checked that it is a number."""
    return int(request.header(b"content-length") or 0)


def _too_long(headers: bool) -> RefusalError:
    if not headers:
        return RefusalError(
            414, f"the URL is longer than {MAX_URL} bytes", "send the data as the body", "http"
        )
    return RefusalError(
        431, f"more than {MAX_HEADERS} headers or {MAX_HEAD} bytes of them", "send fewer headers", "http"
    )


def _cause(error: BaseException) -> BaseException:
    # The parser wraps what a callback raises.
    return error.__cause__ or error.__context__ or error

"""Read requests from the bytes of a connection, with the parser of Node.js (llhttp, by `httptools`).

The parser refuses what two servers could read differently: both Content-Length and Transfer-Encoding, two
lengths, bare line feeds, folded headers. This module adds limits, and the body of a request to upgrade.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httptools

from classifier.server.head import INVALID, check_head, framing
from classifier.server.messages import Request
from classifier.server.refusal import RefusalError
from classifier.server.settings import (
    CHUNK_HEAD,
    FREE_CHUNKS,
    LEAST_CHUNK,
    MAX_HEAD,
    MAX_HEADERS,
    MAX_URL,
)


class RequestParser:
    """Reads the requests of one connection.

    `on_head` is called with the request once its headers are complete, `on_data` with the number of bytes for
    each part of a body, `on_request` when a request is complete. What they raise ends `feed`. While
    `keeps_body` is false the rest of a body is read and not kept; the next request sets it again.
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
        self.keeps_body = True
        self._body_bytes = 0
        self._head_bytes = 0
        self._unfinished_bytes = 0
        self._framing_bytes = 0
        self._chunks = 0
        self._upgrading = False
        self._parser: Any = httptools.HttpRequestParser(self)

    def feed(self, data: bytes) -> None:
        """Read `data`. Raises RefusalError for a request that is not valid or over a limit."""
        view = memoryview(data)
        while len(view):
            # The parser keeps an incomplete header in memory, whatever its length.
            size = len(view) if self.in_body else MAX_HEAD
            view = view[self._feed(view[:size]) :]
            self._limit_unfinished_head(size)
            self._limit_framing(size)

    def _feed(self, data: memoryview) -> int:
        self._unfinished_bytes += len(data)
        self._framing_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._continue_in_http_1()
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

    def _limit_framing(self, size: int) -> None:
        """Limit what a body has beside its data: the parser keeps a trailer, whatever its length."""
        if self.in_body and self._framing_bytes > MAX_HEAD + size + CHUNK_HEAD * self._chunks:
            hint = "send no trailers, and no chunk extensions"
            raise RefusalError(431, "the chunks of the body have too much beside their data", hint, "http")

    def _continue_in_http_1(self) -> None:
        """Go on with HTTP/1.1 after a request for another protocol, which may have a body.

        The parser takes the bytes after such a request for the other protocol. A new one needs to know how
        long the body is, or it would read a request in it.
        """
        self._parser = httptools.HttpRequestParser(self)
        if self._upgrading:
            self._parser.feed_data(b"POST / HTTP/1.1\r\n" + framing(self.request) + b"\r\n")
            self._upgrading = False

    def on_message_begin(self) -> None:
        """Begin a request."""
        if self._upgrading:
            return
        self.request = Request()
        self.begun, self.in_body, self.keeps_body = True, False, True
        self._head_bytes = self._unfinished_bytes = self._chunks = self._body_bytes = 0

    def on_url(self, part: bytes) -> None:
        """Add a part of the target."""
        if self._upgrading:
            return
        self.request.target += part
        if len(self.request.target) > MAX_URL:
            raise _too_long(False)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add a header. Those after a chunked body are ignored."""
        if self.in_body or self._upgrading:
            return
        self._head_bytes += len(name) + len(value) + 4
        self.request.headers.append((name, value))
        if self._head_bytes > MAX_HEAD or len(self.request.headers) > MAX_HEADERS:
            raise _too_long(True)

    def on_headers_complete(self) -> None:
        """Check the head and report it."""
        if self._upgrading:
            return
        request = self.request
        request.method = self._parser.get_method().decode("latin-1")
        request.version = self._parser.get_http_version()
        request.keep_alive = self._parser.should_keep_alive()
        self.in_body = True
        self._framing_bytes = 0
        self._upgrading = self._parser.should_upgrade() and framing(request) != b""
        check_head(request)
        self._on_head(request)

    def on_body(self, part: bytes) -> None:
        """Add a part of the body, unless it is discarded."""
        self._framing_bytes -= len(part)
        self._body_bytes += len(part)
        self._on_data(len(part))
        if self.keeps_body:
            self.request.body += part

    def on_chunk_header(self) -> None:
        """Refuse a body of very small chunks: reading one takes as long, whatever its size."""
        self._chunks += 1
        if self._chunks > FREE_CHUNKS + self._body_bytes // LEAST_CHUNK:
            hint = f"send chunks of at least {LEAST_CHUNK} bytes"
            raise RefusalError(400, "the chunks of the body are too small", hint, "http")

    def on_message_complete(self) -> None:
        """Report the request."""
        if self._upgrading:
            return
        self.begun = self.in_body = False
        request, self.request = self.request, Request()
        self._on_request(request)


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

"""What a connection receives: requests, and the bytes of a body that is not complete yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from classifier.server import errors
from classifier.server.head import content_length
from classifier.server.messages import Request
from classifier.server.parsing import RequestParser

if TYPE_CHECKING:
    from classifier.server.connections import Connections


class Intake:
    """Parses the bytes of one connection within the limits of all connections.

    `on_head` is called with a request whose headers are complete, `on_request` with a complete request and
    the size of its body, which it releases. `limit` is called when the body of this request has grown.
    `received` is the size of the body so far, `buffered` that of what is kept of it.
    """

    def __init__(
        self,
        connections: Connections,
        on_head: Callable[[Request], None],
        on_request: Callable[[Request, int], None],
        limit: Callable[[], None],
    ) -> None:
        self._connections = connections
        self._on_head, self._on_request, self._limit = on_head, on_request, limit
        self._parser = RequestParser(self._head_received, self._data_received, self._request_received)
        self.buffered = 0
        self.received = 0

    @property
    def discards(self) -> bool:
        """Whether the request that is received was answered already."""
        return self._parser.begun and not self._parser.keeps_body

    @property
    def request(self) -> Request:
        """The incomplete request."""
        return self._parser.request

    @property
    def begun(self) -> bool:
        """Whether a part of a request was received."""
        return self._parser.begun

    @property
    def in_body(self) -> bool:
        """Whether the headers of the request are complete."""
        return self._parser.in_body

    def feed(self, data: bytes) -> None:
        """Read `data`. Raises RefusalError for a request that is not valid or over a limit."""
        self._parser.feed(data)

    def discard(self) -> None:
        """Give back the memory of the incomplete request."""
        self._connections.release(self.buffered)
        self.buffered = 0
        self.request.body = bytearray()

    def discard_body(self) -> None:
        """Read the body of the request to its end, where the next one begins, and keep nothing of it."""
        self._parser.keeps_body = False

    def _head_received(self, request: Request) -> None:
        self.received = 0
        length = content_length(request)
        if length > self._connections.limits.body:
            raise errors.body_too_large(self._connections.limits.body, length)
        self._on_head(request)

    def _data_received(self, size: int) -> None:
        self.received += size
        if self.received > self._connections.limits.body:
            raise errors.body_too_large(self._connections.limits.body)
        if self._parser.keeps_body:
            self.buffered += size
            self._connections.hold(size)
            self._limit()

    def _request_received(self, request: Request) -> None:
        if not self._parser.keeps_body:
            return
        held, self.buffered = self.buffered, 0
        self._on_request(request, held)

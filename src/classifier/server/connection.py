"""One connection: receives requests, whole and in time, and sends the responses in their order."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Final

from classifier.server import errors
from classifier.server.clock import Clock, Overdue
from classifier.server.early_refusal import expects_continue, refusal_at_head
from classifier.server.exchange import Exchange
from classifier.server.head import framing
from classifier.server.intake import Intake
from classifier.server.messages import Request
from classifier.server.refusal import RefusalError
from classifier.server.state import State, read_on, state_of

if TYPE_CHECKING:
    from classifier.server.connections import Connections

PIPELINE: Final = 16
"""The number of requests of one connection after which no further one is read."""
PAUSE_AT: Final = 4
CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"


class Connection(asyncio.Protocol):
    """The requests and responses of one connection. Everything runs in the event loop's thread."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        limit = partial(connections.limit_buffer, self)
        self._intake = Intake(connections, self._head_received, self._request_received, limit)
        self._exchanges: deque[Exchange] = deque()
        self._transport: asyncio.Transport | None = None
        self._peer = ("", 0)
        self._last = False
        self._refused = False
        self._clock = Clock(connections.limits, time.monotonic())
        self.state = State.IDLE

    @property
    def buffered(self) -> int:
        """The bytes that are kept of an incomplete body."""
        return self._intake.buffered

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Register the connection."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a stream socket
        # `pause_writing` is to be called as soon as anything waits for the client.
        transport.set_write_buffer_limits(high=0)
        self._transport = transport
        self._peer = (transport.get_extra_info("peername") or self._peer)[:2]
        self._connections.add(self)

    def connection_lost(self, _error: Exception | None) -> None:
        """Forget the connection, and the requests that no worker has begun."""
        self._transport = None
        self._connections.remove(self)
        self._intake.discard()
        while self._exchanges:
            exchange = self._exchanges.pop()
            if exchange.withdraw():
                self._connections.release(exchange.held)

    def eof_received(self) -> bool:
        """Regard a client that closes its side as gone, unless its request is being computed."""
        self._last = True
        return bool(self._exchanges) and not self._exchanges[0].withdraw()

    def pause_writing(self) -> None:
        """Begin the deadline of a client that does not read."""
        self._clock.sending = time.monotonic()
        self._update()

    def resume_writing(self) -> None:
        """End it."""
        self._clock.sending = None
        self._dispatch()
        self._update()

    def data_received(self, data: bytes) -> None:
        """Read requests, or discard what follows the last one."""
        if self._last:
            self._clock.discarded += len(data)
            self._clock.last_data = time.monotonic()
            return
        try:
            self._intake.feed(data)
        except RefusalError as refusal:
            self.refuse(refusal)
        self._update()

    def check(self, now: float) -> None:
        """Refuse or close the connection if a deadline has passed."""
        if len(self._exchanges) >= PAUSE_AT and self._clock.begun is not None:
            self._clock.begun = now  # It is not being read.
        overdue = self._clock.overdue(now, self._intake.in_body, self._intake.received, bool(self._exchanges))
        if overdue is Overdue.REQUEST:
            self.refuse(errors.too_slow(self._connections.limits))
            self._update()
        elif overdue is Overdue.IDLE:
            self.close()
        elif overdue is Overdue.RESPONSE and self._transport:
            self._transport.abort()

    def refuse(self, refusal: RefusalError) -> None:
        """Answer what was received of a request with an error, after the responses to those before it."""
        if self._last:
            return
        self._last = self._refused = True
        if self._intake.discards:
            return self._finish()  # It has its response.
        self._intake.discard()
        return self._answer(self._intake.request, refusal)

    def close(self, discard: bool = False) -> None:
        """Close the connection once what was written is sent, or now if `discard` and its client is slow."""
        if self._transport:
            now = discard and self._clock.sending is not None
            (self._transport.abort if now else self._transport.close)()

    def _head_received(self, request: Request) -> None:
        request.peer = self._peer
        if self._last or self._exchanges or not framing(request):
            return  # Nothing follows the last response; or it is answered in its turn, or complete now.
        if refusal := refusal_at_head(self._connections.handler, request):
            self._intake.discard_body()
            self._answer(request, refusal)
        elif expects_continue(request) and self._transport:
            self._transport.write(CONTINUE)

    def _answer(self, request: Request, refusal: RefusalError) -> None:
        exchange = Exchange(request, self._send)
        self._exchanges.append(exchange)
        exchange.answer(self._connections.refuser.reply(request, refusal))

    def _request_received(self, request: Request, held: int) -> None:
        if self._last:
            return self._connections.release(held)
        self._clock.begun = None
        self._exchanges.append(Exchange(request, self._send, held))
        self._last = not request.keep_alive or len(self._exchanges) >= PIPELINE
        return self._dispatch()

    def _dispatch(self) -> None:
        """Begin the next request, unless the client does not read the responses to those before it."""
        if self._exchanges and not self._exchanges[0].dispatched and self._clock.sending is None:
            self._exchanges[0].dispatched = True
            self._connections.handler.dispatch(self._exchanges[0])

    def _send(self, answered: Exchange) -> None:
        """Send the responses that are next, and begin the request after them."""
        self._connections.release(answered.held)
        while self._exchanges and (reply := self._exchanges[0].reply) and self._transport:
            exchange = self._exchanges.popleft()
            keep = exchange.request.keep_alive and not reply.closes and not self._connections.closing
            keep = keep and not (self._last and not self._exchanges)
            self._transport.write(reply.encode(exchange.request, self._connections.date, keep))
            if not keep:
                return self._finish()
        self._dispatch()
        self._update()
        return None

    def _finish(self) -> None:
        """Close the connection after the last response.

        One that is closed with unread bytes is reset, and the client gets no response: discard them first.
        """
        self._last = True
        if not self._transport:
            return
        if self._refused or self._intake.begun:
            self._transport.write_eof()
            self._clock.lingering = time.monotonic()
            self._update()
        else:
            self._transport.close()

    def _update(self) -> None:
        """Set the state, the beginning of a request, and whether to read on."""
        now = time.monotonic()
        state = state_of(self._clock.lingering is not None, bool(self._exchanges), self._intake.begun)
        if state is State.IDLE and self.state is not State.IDLE:
            self._clock.idle = now
            if self.state is State.RECEIVING and self._connections.closing:
                self.close()  # It has its response already: no other one would close it.
        if not self._intake.begun:
            self._clock.begun = None
        elif self._clock.begun is None:
            self._clock.begun = now
        if state is not self.state:
            self._connections.move(self, state)
        if self._transport:
            read_on(self._transport, len(self._exchanges) < PAUSE_AT and self._clock.sending is None)

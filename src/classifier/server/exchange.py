"""A request of a connection and its response."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from classifier.server.messages import Reply, Request
from classifier.server.refusal import RefusalError


@dataclass(eq=False)
class Exchange:
    """A complete request, and its response once it has one.

    `on_reply` is called with it when it gets its response. `withdraw` stops a request that waits and returns
    whether it did; it is set by the handler. `held` is the size of the body in bytes.
    """

    request: Request
    on_reply: Callable[[Exchange], None]
    held: int = 0
    reply: Reply | None = None
    dispatched: bool = False
    withdraw: Callable[[], bool] = lambda: True

    def answer(self, reply: Reply) -> None:
        """Give the response. A second one has no effect."""
        if self.reply is None:
            self.reply = reply
            self.on_reply(self)


class Handler(Protocol):
    """What answers the requests of a port."""

    def refusal(self, request: Request) -> RefusalError | None:
        """Return why `request`, whose body has not arrived, would not be computed now, if so."""

    def dispatch(self, exchange: Exchange) -> None:
        """Answer `exchange`, now or later. Called in the event loop's thread, as `answer` must be."""

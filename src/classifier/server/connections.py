"""All connections of one port, their number and the memory of their bodies."""

from __future__ import annotations

import asyncio
import time
from email.utils import formatdate
from pathlib import Path
from typing import Final

from classifier.server import errors
from classifier.server.connection import Connection
from classifier.server.exchange import Handler
from classifier.server.refusal import Refuser
from classifier.server.settings import Limits
from classifier.server.state import State

CHECK_SECONDS: Final = 0.25


class Connections:
    """The connections of one port. Everything runs in the event loop's thread.

    At the limit a new connection replaces the one that has waited longest for its client. Past the budget for
    bodies, the request that began first among the incomplete ones is refused: it takes the longest to arrive.
    """

    def __init__(self, handler: Handler, refuser: Refuser, limits: Limits, drain_file: Path) -> None:
        self.handler = handler
        self.refuser = refuser
        self.limits = limits
        self.date = formatdate(usegmt=True)
        self._drain_file = drain_file
        self._stopping = False
        self._held = 0
        # Each in the order in which the connections entered the state.
        self._by_state: dict[State, dict[Connection, None]] = {state: {} for state in State}

    @property
    def closing(self) -> bool:
        """Whether connections are closed after a response."""
        return self._stopping or self._drain_file.exists()

    @property
    def held(self) -> int:
        """The bytes of the bodies that are received or wait for a response."""
        return self._held

    def __len__(self) -> int:
        return sum(map(len, self._by_state.values()))

    def add(self, connection: Connection) -> None:
        """Register a new connection, in the place of another one at the limit."""
        full = len(self) >= self.limits.connections
        self._by_state[connection.state][connection] = None
        if full:
            self._replace_one(connection)

    def remove(self, connection: Connection) -> None:
        """Forget a connection."""
        self._by_state[connection.state].pop(connection, None)

    def move(self, connection: Connection, state: State) -> None:
        """Set the state of a connection."""
        if self._by_state[connection.state].pop(connection, connection) is None:
            self._by_state[state][connection] = None
        connection.state = state

    def hold(self, size: int) -> None:
        """Count `size` bytes of bodies."""
        self._held += size

    def release(self, size: int) -> None:
        """Count `size` bytes less."""
        self._held -= size

    def limit_buffer(self, newest: Connection) -> None:
        """Refuse incomplete requests until the bodies fit into the budget.

        Raises RefusalError if `newest` is the only one.
        """
        while self._held > self.limits.buffer:
            oldest = next((each for each in self._by_state[State.RECEIVING] if each.buffered), newest)
            if oldest is newest:
                raise errors.buffer_full()
            oldest.refuse(errors.buffer_full())

    def check(self) -> None:
        """Refuse and close connections whose deadline has passed."""
        self.date = formatdate(usegmt=True)
        now = time.monotonic()
        for connections in self._by_state.values():
            for connection in list(connections):
                connection.check(now)

    async def check_regularly(self) -> None:
        """Call `check` until cancelled."""
        while True:
            self.check()
            await asyncio.sleep(CHECK_SECONDS)

    def stop(self) -> None:
        """Close the connections without a request, and each other one after its response."""
        self._stopping = True
        for state in (State.IDLE, State.CLOSING):
            for connection in list(self._by_state[state]):
                connection.close()

    def _replace_one(self, newest: Connection) -> None:
        for state in (State.IDLE, State.CLOSING):
            oldest = next((each for each in self._by_state[state] if each is not newest), None)
            if oldest is not None:
                self.remove(oldest)
                return oldest.close(discard=True)
        # One that is refused is closed soon, and before that replaced by the next new connection.
        refused = next(iter(self._by_state[State.RECEIVING]), newest)
        return refused.refuse(errors.connections_full())

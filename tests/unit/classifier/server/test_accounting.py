"""Connections and the memory of bodies are given back, whatever the clients do."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.server.connection import Connection
from classifier.server.connections import Connections
from classifier.server.exchange import Exchange
from classifier.server.messages import Reply, Request
from classifier.server.refusal import RefusalError, Refuser
from classifier.server.settings import Limits

GET = b"GET / HTTP/1.1\r\nHost: app\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: app\r\nContent-Length: 500\r\n\r\n" + b"x" * 500
PARTS = (
    GET,
    POST,
    POST[:300],
    GET * 30,
    POST * 6,
    b"POST / HTTP/1.1\r\nHost: app\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n" + b"x" * 1000,
    b"POST / HTTP/1.1\r\nHost: app\r\nContent-Length: 99999\r\n\r\nxxx",
    b"nonsense\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: app\r\nConnection: close\r\n\r\n",
)
ENDS = ("close", "reset", "half", "open")
CLIENTS = st.lists(
    st.tuples(st.lists(st.sampled_from(PARTS), max_size=3), st.sampled_from(ENDS)), min_size=1, max_size=12
)
LIMITS = Limits(connections=6, body=2000, buffer=3000)


class Holder:
    """Answers GET at once; keeps POST until `release`, except every second one, which can be withdrawn."""

    def __init__(self) -> None:
        self.kept: list[Exchange] = []
        self.withdrawn: set[Exchange] = set()

    def refusal(self, request: Request) -> RefusalError | None:  # noqa: ARG002
        """Refuse nothing at its headers."""
        return None

    def dispatch(self, exchange: Exchange) -> None:
        """Answer or keep it."""
        if exchange.request.method == "GET":
            return exchange.answer(Reply(200, [], b"ok"))
        begun = len(self.kept) % 2 == 0
        self.kept.append(exchange)
        exchange.withdraw = lambda: not begun and self._withdraw(exchange)
        return None

    def release(self) -> None:
        """Answer what is kept and was not withdrawn."""
        kept, self.kept = self.kept, []
        for exchange in kept:
            if exchange not in self.withdrawn:
                exchange.answer(Reply(200, [], b"ok"))

    def _withdraw(self, exchange: Exchange) -> bool:
        self.withdrawn.add(exchange)
        return True


@settings(max_examples=40)
@given(CLIENTS)
def test_nothing_is_kept_of_clients_that_are_gone(clients: list[tuple[list[bytes], str]]) -> None:
    """After any mixture of requests and of ways to leave, no connection and no byte is counted."""
    assert asyncio.run(serve(clients)) == (0, 0)


async def serve(clients: list[tuple[list[bytes], str]]) -> tuple[int, int]:
    """Serve the clients; return the connections and bytes that are counted after all have left."""
    handler = Holder()
    connections = Connections(handler, Refuser({}), LIMITS, Path("/nowhere/draining"))
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(connections), "127.0.0.1", 0)
    address = server.sockets[0].getsockname()
    left_open = [await client(address, parts, end) for parts, end in clients]
    with suppress(TimeoutError):
        async with asyncio.timeout(10):
            while connections.held or len(connections):
                handler.release()
                for each in left_open:
                    each.close()
                connections.stop()
                await asyncio.sleep(0)
    server.close()
    return len(connections), connections.held


async def client(address: tuple[str, int], parts: list[bytes], end: str) -> socket.socket:
    """Send the parts and leave as `end` states."""
    loop = asyncio.get_running_loop()
    connection = socket.socket()
    connection.setblocking(False)
    await loop.sock_connect(connection, address)
    for part in parts:
        with suppress(OSError):
            await loop.sock_sendall(connection, part)
        await asyncio.sleep(0)
    if end == "half":
        with suppress(OSError):
            connection.shutdown(socket.SHUT_WR)
    elif end == "reset":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()
    elif end == "close":
        connection.close()
    for _ in range(3):
        await asyncio.sleep(0)
    return connection

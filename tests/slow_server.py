"""A server that answers every request one byte at a time, over HTTP or HTTPS."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

INTERVAL = 0.02
"""Seconds between two bytes: far less than the timeout of any client here."""
SLOW = 250
"""Bytes that are sent slowly, which takes 5 s."""


@dataclass(frozen=True)
class SlowResponse:
    """A complete response: what is sent at once, slowly, and at once again."""

    name: str
    start: bytes
    slow: bytes
    end: bytes = b""

    def __str__(self) -> str:
        """Return its name, for the names of tests."""
        return self.name


HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
FIELD = b"X-Padding: " + b"x" * SLOW
SLOW_RESPONSES = (
    SlowResponse("status line", b"HTTP/1.1 200 ", b"O" * SLOW, b"\r\nContent-Length: 2\r\n\r\n{}"),
    SlowResponse("header", HEAD, FIELD, b"\r\nContent-Length: 2\r\n\r\n{}"),
    SlowResponse("body", HEAD + b"Content-Length: %d\r\n\r\n" % SLOW, b"1" * SLOW),
    SlowResponse("body without a length", HEAD + b"\r\n", b"1" * SLOW),
    SlowResponse("chunks", HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n1\r\n" * 42, b"0\r\n\r\n"),
)


@dataclass
class SlowServer:
    """The server's port, and the response that it sends to every request."""

    port: int
    response: SlowResponse
    stop: threading.Event = field(default_factory=threading.Event)

    def respond(self, connection: socket.socket) -> None:
        """Read the head of a request and send the response, until the client closes the connection."""
        with connection, suppress(OSError):
            while connection.recv(65536)[-4:] != b"\r\n\r\n":
                pass
            connection.sendall(self.response.start)
            for byte in self.response.slow:
                if self.stop.wait(INTERVAL):
                    return
                connection.sendall(bytes([byte]))
            connection.sendall(self.response.end)


@contextmanager
def slow_server(response: SlowResponse, tls: ssl.SSLContext | None = None) -> Iterator[SlowServer]:
    """Run the server on 127.0.0.1 inside the block."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = SlowServer(listener.getsockname()[1], response)
        threading.Thread(target=_accept, args=(listener, server, tls), daemon=True).start()
        yield server
        server.stop.set()
        listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, server: SlowServer, tls: ssl.SSLContext | None) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            with suppress(OSError):
                secured = tls.wrap_socket(connection, server_side=True) if tls else connection
                threading.Thread(target=server.respond, args=(secured,), daemon=True).start()

"""A server that answers every request one byte at a time, over HTTP or HTTPS."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

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
    """The server's port, the response that it sends to every request, and the number of requests."""

    port: int
    response: SlowResponse
    requests: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    def respond(self, connection: socket.socket) -> None:
        """Read the head of a request and send the response, until the client closes the connection."""
        with connection, suppress(OSError):
            while connection.recv(65536)[-4:] != b"\r\n\r\n":
                pass
            self.requests += 1
            connection.sendall(self.response.start)
            for byte in self.response.slow:
                if self.stop.wait(INTERVAL):
                    return
                connection.sendall(bytes([byte]))
            connection.sendall(self.response.end)


@contextmanager
def slow_server(response: SlowResponse, certificate: Path | None = None) -> Iterator[SlowServer]:
    """Run the server on 127.0.0.1 inside the block, with a certificate over HTTPS."""
    tls = None
    if certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate)
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


def write_certificate(path: Path) -> Path:
    """Write a certificate of 127.0.0.1 with its key to one file, and return the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + made.public_bytes(pem))
    return path

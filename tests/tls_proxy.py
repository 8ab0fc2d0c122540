"""A TLS proxy before a local HTTP server, with certificates of an authority made for the test."""

from __future__ import annotations

import ipaddress
import select
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

DAY = timedelta(days=1)


class Authority:
    """A certificate authority, whose certificate is the file `path`."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        made = self._builder(self._name, self._key, -DAY, DAY).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self.path = folder / f"{name}.pem"
        self.path.write_bytes(_pem(made.sign(self._key, hashes.SHA256())))

    def issue(self, *names: str, start: timedelta = -DAY, end: timedelta = DAY) -> Path:
        """Return a file with a key and a certificate of these names or addresses, valid from start to end."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
        alternatives = x509.SubjectAlternativeName([_general_name(each) for each in names])
        made = self._builder(subject, key, start, end).add_extension(alternatives, critical=False)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path = self._folder / f"{names[0]}-{x509.random_serial_number()}.pem"
        path.write_bytes(private + _pem(made.sign(self._key, hashes.SHA256())))
        return path

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, start: timedelta, end: timedelta
    ) -> x509.CertificateBuilder:
        now, serial = datetime.now(UTC), x509.random_serial_number()
        built = x509.CertificateBuilder(self._name, subject, key.public_key(), serial)
        return built.not_valid_before(now + start).not_valid_after(now + end)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


@dataclass
class TlsProxy:
    """A running proxy: its port on 127.0.0.1, and the server names that clients asked for."""

    port: int
    names: list[str | None] = field(default_factory=list)


@contextmanager
def tls_proxy(certificate: Path, target: tuple[str, int]) -> Iterator[TlsProxy]:
    """Forward TLS connections on a loopback port to `target`, in plain TCP."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = TlsProxy(listener.getsockname()[1])
        context.sni_callback = lambda _socket, name, _context: proxy.names.append(name)
        threading.Thread(target=_accept, args=(listener, context, target), daemon=True).start()
        yield proxy
        listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, context: ssl.SSLContext, target: tuple[str, int]) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_forward, args=(connection, context, target), daemon=True).start()


def _forward(connection: socket.socket, context: ssl.SSLContext, target: tuple[str, int]) -> None:
    # A client that refuses the certificate closes the connection.
    with (
        connection,
        suppress(OSError),
        context.wrap_socket(connection, server_side=True) as secured,
        socket.create_connection(target) as plain,
    ):
        _copy([secured, plain], secured)


def _copy(ends: Sequence[socket.socket], secured: ssl.SSLSocket) -> None:
    """Copy in both directions until one end closes."""
    while True:
        # What TLS has decoded already does not make the socket readable.
        readable = [secured] if secured.pending() else select.select(ends, [], [])[0]
        for source in readable:
            data = source.recv(65536)
            if not data:
                return
            next(each for each in ends if each is not source).sendall(data)

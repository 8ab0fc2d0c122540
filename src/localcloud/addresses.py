"""The loopback addresses of an instance."""

from __future__ import annotations

import errno
import hashlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass

CANDIDATES = 32
LOADBALANCERS = 12
# The parts that publish addresses.
PUBLISHED = ("registry", "registry-readonly", "blob", "dns", "cluster")
DNS_PORT = 5300
FIRST_NODE_PORT = 30001


@dataclass(frozen=True)
class Addresses:
    """The loopback /24 of an instance; ``prefix`` is its first three octets, such as `127.77.3`."""

    prefix: str

    @property
    def subnet(self) -> str:
        """The whole range in CIDR notation."""
        return f"{self.prefix}.0/24"

    @property
    def registry(self) -> str:
        """The address of the registry (port 5000)."""
        return f"{self.prefix}.250"

    @property
    def registry_readonly(self) -> str:
        """The address of the registry's read-only endpoint (port 5000)."""
        return f"{self.prefix}.252"

    @property
    def blob(self) -> str:
        """The address of Blob storage (port 10000)."""
        return f"{self.prefix}.251"

    @property
    def dns(self) -> str:
        """The address of the DNS server (port 5300, UDP and TCP)."""
        return f"{self.prefix}.253"

    @property
    def api(self) -> str:
        """The address of the cluster's API server (port 6443)."""
        return f"{self.prefix}.254"

    @property
    def loadbalancers(self) -> dict[str, int]:
        """The load balancer's addresses (port 80), each with the node port that it forwards to."""
        return {f"{self.prefix}.{n}": FIRST_NODE_PORT + n - 1 for n in range(1, LOADBALANCERS + 1)}

    def of(self, part: str) -> list[tuple[str, int]]:
        """Return the (address, port) pairs that a part publishes."""
        return {
            "registry": [(self.registry, 5000)],
            "registry-readonly": [(self.registry_readonly, 5000)],
            "blob": [(self.blob, 10000)],
            "dns": [(self.dns, DNS_PORT)],
            "cluster": [(self.api, 6443), *((address, 80) for address in self.loadbalancers)],
            "loadbalancer": [],
        }[part]

    def all(self) -> list[tuple[str, int]]:
        """Return the (address, port) pairs of all parts."""
        return [pair for part in PUBLISHED for pair in self.of(part)]


def candidates(docker_name: str) -> Iterator[Addresses]:
    """Yield the ranges that an instance may use: the one its name hashes to, then the following ones.

    All are in 127.64.0.0 to 127.127.255.0, away from 127.0.0.1 and the addresses near it.
    """
    start = int.from_bytes(hashlib.sha256(docker_name.encode()).digest()[:2], "big") % (64 * 256)
    for offset in range(CANDIDATES):
        high, low = divmod((start + offset) % (64 * 256), 256)
        yield Addresses(f"127.{64 + high}.{low}")


def first_taken(pairs: list[tuple[str, int]]) -> str | None:
    """Return the first `address:port` that is in use, or None."""
    return next((f"{address}:{port}" for address, port in pairs if _taken(address, port)), None)


def accepts_connections(address: str, port: int, timeout: float = 2) -> bool:
    """Return whether a TCP connection can be opened within ``timeout`` seconds."""
    try:
        with socket.create_connection((address, port), timeout=timeout):
            return True
    except OSError:
        return False


def _taken(address: str, port: int) -> bool:
    if port == DNS_PORT and _bind_error(address, port, socket.SOCK_DGRAM) == errno.EADDRINUSE:
        return True
    code = _bind_error(address, port, socket.SOCK_STREAM)
    # Without root a low port cannot be bound here, although the engine can publish it.
    return code == errno.EADDRINUSE or (code is not None and accepts_connections(address, port))


def _bind_error(address: str, port: int, kind: socket.SocketKind) -> int | None:
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind is socket.SOCK_STREAM:
            # A connection in TIME_WAIT does not keep the engine from publishing the port.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            return error.errno
    return None

"""The loopback addresses of an instance, and whether they are free."""

from __future__ import annotations

import errno
import hashlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass

CANDIDATES = 32
LOADBALANCERS = 12
DNS_PORT = 5300
FIRST_NODE_PORT = 30001


@dataclass(frozen=True)
class Addresses:
    """The /24 of loopback that an instance owns; `prefix` is its first three numbers, `127.x.y`."""

    prefix: str

    @property
    def subnet(self) -> str:
        """The whole range."""
        return f"{self.prefix}.0/24"

    @property
    def registry(self) -> str:
        """Where the registry answers (port 5000)."""
        return f"{self.prefix}.250"

    @property
    def blob(self) -> str:
        """Where Blob answers (port 10000)."""
        return f"{self.prefix}.251"

    @property
    def dns(self) -> str:
        """Where the test zone is answered for (port 5300, udp and tcp)."""
        return f"{self.prefix}.253"

    @property
    def api(self) -> str:
        """Where the cluster's API server answers (port 6443)."""
        return f"{self.prefix}.254"

    @property
    def loadbalancers(self) -> dict[str, int]:
        """The load balancer's addresses (port 80), each with the node port that it leads to."""
        return {f"{self.prefix}.{n}": FIRST_NODE_PORT + n - 1 for n in range(1, LOADBALANCERS + 1)}

    def of(self, part: str) -> list[tuple[str, int]]:
        """Return what a part publishes, as (address, port)."""
        return {
            "registry": [(self.registry, 5000)],
            "blob": [(self.blob, 10000)],
            "dns": [(self.dns, DNS_PORT)],
            "cluster": [(self.api, 6443), *((address, 80) for address in self.loadbalancers)],
            "loadbalancer": [],
        }[part]

    def all(self) -> list[tuple[str, int]]:
        """Return everything that the instance publishes."""
        return [pair for part in ("registry", "blob", "dns", "cluster") for pair in self.of(part)]


def candidates(docker_name: str) -> Iterator[Addresses]:
    """Yield the ranges an instance may take: the one its name hashes to, then those after it.

    They lie in 127.64.0.0 to 127.127.255.0, clear of 127.0.0.1 and of what else lives near it.
    """
    start = int.from_bytes(hashlib.sha256(docker_name.encode()).digest()[:2], "big") % (64 * 256)
    for offset in range(CANDIDATES):
        high, low = divmod((start + offset) % (64 * 256), 256)
        yield Addresses(f"127.{64 + high}.{low}")


def first_taken(pairs: list[tuple[str, int]]) -> str | None:
    """Return the first `address:port` that something listens on already, or None."""
    return next((f"{address}:{port}" for address, port in pairs if _taken(address, port)), None)


def answers(address: str, port: int, timeout: float = 2) -> bool:
    """Say whether something accepts connections there."""
    try:
        with socket.create_connection((address, port), timeout=timeout):
            return True
    except OSError:
        return False


def _taken(address: str, port: int) -> bool:
    """Try to bind: TCP always, UDP where DNS is to answer."""
    if port == DNS_PORT and _refused(address, port, socket.SOCK_DGRAM) == errno.EADDRINUSE:
        return True
    refused = _refused(address, port, socket.SOCK_STREAM)
    # A low port is not ours to bind without root, though the engine may.
    return refused == errno.EADDRINUSE or (refused is not None and answers(address, port))


def _refused(address: str, port: int, kind: socket.SocketKind) -> int | None:
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind is socket.SOCK_STREAM:
            # What a former listener left behind in TIME_WAIT does not hold the port.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            return error.errno
    return None

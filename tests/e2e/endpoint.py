"""Where an endpoint is: its URL, and the addresses that its name leads to."""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

import dns.exception
import dns.resolver

RESOLVE_SECONDS = 10
CONNECT_SECONDS = 5


@dataclass(frozen=True)
class Endpoint:
    """Where to ask: the URL, the addresses that its name resolves to, and whether it has a name."""

    url: str
    addresses: tuple[str, ...]
    named: bool


def locate(url: str, server: str = "", rules: Iterable[str] = ()) -> Endpoint:
    """Return the endpoint of a URL, once something listens there.

    A name is looked up in `rules` (HOST:PORT:ADDRESS) first, then at the DNS `server` (ADDRESS:PORT;
    empty: this machine's own resolver). Raises LookupError when it resolves nowhere in time, or nothing
    listens.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    addresses = _addresses(host, port, server, rules)
    try:
        socket.create_connection((addresses[0], port), timeout=CONNECT_SECONDS).close()
    except OSError as error:
        raise LookupError(f"nothing listens at {url} ({addresses[0]}:{port}): {error}") from error
    return Endpoint(url, addresses, named=not _is_address(host))


def _addresses(host: str, port: int, server: str, rules: Iterable[str]) -> tuple[str, ...]:
    if _is_address(host):
        return (host,)
    for rule in rules:
        if rule.startswith(f"{host}:{port}:"):
            return (rule.split(":", 2)[2],)
    return _resolve(host, server)


def _is_address(host: str) -> bool:
    try:
        return bool(ipaddress.ip_address(host))
    except ValueError:
        return False


def _resolve(host: str, server: str) -> tuple[str, ...]:
    resolver = dns.resolver.Resolver(configure=not server)
    if server:
        address, _, port = server.rpartition(":")
        resolver.nameservers, resolver.port = [address], int(port)
    end, why = time.monotonic() + RESOLVE_SECONDS, ""
    while time.monotonic() < end:
        try:
            return tuple(str(row) for row in resolver.resolve(host, "A", lifetime=2))
        except dns.exception.DNSException as error:
            why = type(error).__name__
        time.sleep(0.2)
    asked = server or "this machine's resolver"
    raise LookupError(f"{host!r} does not resolve within {RESOLVE_SECONDS} s at {asked} ({why})")

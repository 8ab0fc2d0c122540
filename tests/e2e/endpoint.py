"""The endpoint under test: its URL and the addresses that its name resolves to."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

import dns.exception
import dns.resolver
import tenacity

from e2e.api_client import ApiClient
from seatrial.tls import certificate_problem, shake_hands

RESOLVE_SECONDS = 10
CONNECT_SECONDS = 5


@dataclass(frozen=True)
class LocatedEndpoint:
    """A URL, the addresses that its name resolves to, whether it has a name, and the CA file for https."""

    url: str
    addresses: tuple[str, ...]
    named: bool
    ca_file: str = ""

    def client(self, *, keep_alive: bool = True) -> ApiClient:
        """Return a client for the first of the addresses."""
        return ApiClient(self.url, self.addresses[0], keep_alive=keep_alive, ca_file=self.ca_file)


def locate(
    url: str,
    server: str = "",
    rules: Iterable[str] = (),
    ca_file: str = "",
    seconds: float = RESOLVE_SECONDS,
) -> LocatedEndpoint:
    """Return the endpoint of a URL after a successful connection to it, with its certificate for https.

    A name is looked up in `rules` (HOST:PORT:ADDRESS) first, then at the DNS `server` (ADDRESS:PORT;
    empty: this machine's resolver), for `seconds`. Raises LookupError if the URL is not one of http or https,
    its name does not resolve in time, the connection fails, or the certificate is refused.
    """
    host, port, secure = _parts(url)
    addresses = _addresses(host, port, server, rules, seconds)
    try:
        if secure:
            shake_hands(addresses[0], port, host, ca_file, CONNECT_SECONDS)
        else:
            socket.create_connection((addresses[0], port), timeout=CONNECT_SECONDS).close()
    except OSError as error:
        reason = certificate_problem(error, host) if secure else ""
        what = f"cannot connect to {url} ({addresses[0]}:{port}): {reason or error}"
        raise LookupError(what) from error
    return LocatedEndpoint(url, addresses, named=not _is_address(host), ca_file=ca_file)


def _parts(url: str) -> tuple[str, int, bool]:
    """Return host, port and whether it is https."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise LookupError(f"{url!r} is not a URL: {error}") from error
    if parts.scheme not in ("http", "https") or not host:
        raise LookupError(f"{url!r} is not a URL: give http://NAME[:PORT] or https://NAME[:PORT]")
    secure = parts.scheme == "https"
    return host, port or (443 if secure else 80), secure


def _addresses(host: str, port: int, server: str, rules: Iterable[str], seconds: float) -> tuple[str, ...]:
    if _is_address(host):
        return (host,)
    for rule in rules:
        if rule.startswith(f"{host}:{port}:"):
            return (rule.split(":", 2)[2],)
    return _resolve(host, server, seconds)


def _is_address(host: str) -> bool:
    try:
        return bool(ipaddress.ip_address(host))
    except ValueError:
        return False


def _resolve(host: str, server: str, seconds: float) -> tuple[str, ...]:
    resolver = dns.resolver.Resolver(configure=not server)
    if server:
        address, _, port = server.rpartition(":")
        resolver.nameservers, resolver.port = [address], int(port)
    # Not seatrial.wait: with --url the suite needs of seatrial only its HTTP timeouts.
    retrying = tenacity.Retrying(
        stop=tenacity.stop_after_delay(seconds),
        wait=tenacity.wait_fixed(0.2),
        retry=tenacity.retry_if_exception_type(dns.exception.DNSException),
        reraise=True,
    )
    try:
        return tuple(str(row) for row in retrying(resolver.resolve, host, "A", lifetime=2))
    except dns.exception.DNSException as error:
        where = server or "this machine's resolver"
        reason = type(error).__name__
        raise LookupError(
            f"{host!r} does not resolve within {seconds:g} s at {where} ({reason}): "
            "HOST= or the URL is another name, or the name has no record yet"
        ) from error

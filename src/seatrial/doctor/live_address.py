"""Whether the live Service has an address, and whether the environment's host resolves to it."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import dns.exception
import dns.inet
import dns.resolver

from seatrial.doctor.finding import Finding
from seatrial.kube.labels import LIVE
from seatrial.kube.protocol import Cluster, Manifest
from seatrial.live_address import hint_of_private
from seatrial.settings import Dns, Environment

RESOLVE_SECONDS = 5
CONNECT_SECONDS = 5


def check_address(cluster: Cluster, name: str, environment: Environment, server: Dns) -> Iterator[Finding]:
    """Yield whether the live Service has its address, and what the host resolves to.

    With an address also whether this machine reaches it. Before the first release there is no Service: then
    no finding is `missing`. Raises what the cluster
    raises.
    """
    own = environment.address == "service"
    service = cluster.get("Service", LIVE, environment.namespace) if own else None
    addresses = _addresses(service)
    if own:
        yield _service(cluster, name, environment.namespace, service, addresses)
    yield _host(environment, server, addresses, expected=bool(addresses) or not own)
    if addresses:
        yield _reach(environment, name, addresses[0])


def _service(
    cluster: Cluster, name: str, namespace: str, service: Manifest | None, addresses: list[str]
) -> Finding:
    what = f"address, {name}"
    if addresses:
        return Finding(what, "ok", f"Service {LIVE} has {', '.join(addresses)}")
    if service is None:
        detail = f"{namespace} has no Service {LIVE} yet"
        return Finding(what, "later", detail, f"the first make deploy accept ENV={name} creates it")
    why = _last_warning(cluster, namespace) or "the load balancer has given none"
    shown = f"{cluster.kubectl} -n {namespace} describe service {LIVE}"
    fix = f"{shown} has the events; a quota of public addresses may be used up"
    return Finding(what, "missing", f"Service {LIVE} has no address: {why}", fix)


def _host(environment: Environment, server: Dns, addresses: list[str], *, expected: bool) -> Finding:
    what, host = "host", environment.host
    found = resolve(host, server)
    if not found:
        target = f" to {addresses[0]}" if addresses else ""
        fix = f"make a DNS record{target}, or HOST=NAME names another host"
        return Finding(what, "missing" if expected else "later", f"{host} does not resolve", fix)
    known = {address for each in addresses for address in (resolve(each, server) or [each])}
    if known and not known & set(found):
        detail = f"{host} resolves to {', '.join(found)}, and the Service has {', '.join(addresses)}"
        return Finding(what, "missing", detail, "correct the DNS record, or HOST=NAME names another host")
    return Finding(what, "ok", f"{host} resolves to {', '.join(found)}")


def _reach(environment: Environment, name: str, address: str) -> Finding:
    """Return whether this machine reaches the address: preview does not need it, switch and bake do."""
    what, port = f"reach, {name}", environment.tcp_port
    try:
        connect(address, port)
    except ConnectionRefusedError:
        detail = f"{address} refuses connections to port {port}"
        return Finding(
            what, "later", detail, f"it is reached, and no release serves: make deploy accept ENV={name}"
        )
    except OSError:
        detail = f"this machine cannot connect to {address}, port {port}"
        fix = (
            hint_of_private(f"http://{address}") or "check the firewalls between this machine and the address"
        )
        return Finding(what, "missing", detail, f"deploy and accept send requests to it; {fix}")
    return Finding(what, "ok", f"{address} accepts connections")


def connect(address: str, port: int) -> None:
    """Open and close a connection. Raises OSError if there is none within CONNECT_SECONDS."""
    socket.create_connection((address, port), CONNECT_SECONDS).close()


def resolve(host: str, server: Dns) -> list[str]:
    """Return the addresses of a name in RESOLVE_SECONDS, or an empty list; an address is its own."""
    if dns.inet.is_address(host):
        return [host]
    resolver = dns.resolver.Resolver(configure=not server.server)
    if server.server:
        resolver.nameservers, resolver.port = [server.server], server.port
    try:
        return sorted(resolver.resolve_name(host, lifetime=RESOLVE_SECONDS).addresses())
    except (dns.exception.DNSException, ValueError):
        return []


def _addresses(service: Manifest | None) -> list[str]:
    status = ((service or {}).get("status") or {}).get("loadBalancer") or {}
    found = [each.get("ip") or each.get("hostname") for each in status.get("ingress") or []]
    return [address for address in found if address]


def _last_warning(cluster: Cluster, namespace: str) -> str:
    events = cluster.list(
        "Event", namespace, fields=f"involvedObject.name={LIVE},involvedObject.kind=Service"
    )
    warnings = [event for event in events if event.get("type") == "Warning"]
    warnings.sort(key=lambda event: event.get("lastTimestamp") or event.get("eventTime") or "")
    return " ".join(str(warnings[-1].get("message", "")).split())[:200] if warnings else ""

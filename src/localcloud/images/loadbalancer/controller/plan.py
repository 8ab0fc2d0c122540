"""Who gets which address: a pure decision over what the cluster holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

HOSTNAME = re.compile(
    r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
)
PORT = 80


@dataclass(frozen=True)
class Service:
    """What matters of a Service.

    `wanted` says that it asks for an address from us; `port` is the index of its port 80 or None;
    `node_ports` are all that it holds, `node_port` that of its port 80; `address` is what its status says.
    """

    uid: str
    namespace: str
    name: str
    created: str
    wanted: bool = False
    port: int | None = None
    node_port: int = 0
    node_ports: tuple[int, ...] = ()
    address: str = ""
    hostnames: tuple[str, ...] = ()


@dataclass(frozen=True)
class Assignment:
    """A Service, and the address and node port that are its own."""

    service: Service
    address: str
    node_port: int

    @property
    def done(self) -> bool:
        """Whether the cluster says so already."""
        return (self.service.address, self.service.node_port) == (self.address, self.node_port)


@dataclass(frozen=True)
class Refusal:
    """A Service that cannot be served, and why."""

    service: Service
    reason: str
    message: str


@dataclass
class Plan:
    """The whole decision: assignments, refusals, and each name with its address."""

    assignments: list[Assignment] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)


def plan(services: Iterable[Service], pool: Mapping[str, int], zone: str) -> Plan:
    """Decide from the cluster's state alone, so that a restart changes nothing.

    `pool` maps each address to its node port. Who holds an address keeps it; the rest are served in order of
    creation, from the first free address. Names outside the zone, and names that an older Service has, are
    refused.
    """
    everyone = sorted(services, key=lambda service: (service.created, service.namespace, service.name))
    wanting = [service for service in everyone if service.wanted]
    decided = Plan()
    held = _held(wanting, pool)
    free = [address for address in pool if address not in held]
    holders = {port: service.uid for service in everyone for port in service.node_ports}
    for service in wanting:
        if service.port is None:
            message = "the load balancer serves port 80, and there is none"
            decided.refusals.append(Refusal(service, "NoPort80", message))
        elif held.get(service.address) is service:
            decided.assignments.append(Assignment(service, service.address, pool[service.address]))
        else:
            _serve(service, pool, holders, free, decided)
    for assignment in decided.assignments:
        _name(assignment, zone, decided)
    return decided


def _held(wanting: list[Service], pool: Mapping[str, int]) -> dict[str, Service]:
    held: dict[str, Service] = {}
    for service in wanting:
        if service.address in pool and service.port is not None:
            held.setdefault(service.address, service)
    return held


def _serve(
    service: Service, pool: Mapping[str, int], holders: Mapping[int, str], free: list[str], decided: Plan
) -> None:
    """Give the first free address whose node port no other Service took by chance."""
    usable = [address for address in free if holders.get(pool[address], service.uid) == service.uid]
    if not usable:
        message = f"all {len(pool)} addresses of the load balancer are in use"
        decided.refusals.append(Refusal(service, "NoAddressLeft", message))
        return
    free.remove(usable[0])
    decided.assignments.append(Assignment(service, usable[0], pool[usable[0]]))


def _name(assignment: Assignment, zone: str, decided: Plan) -> None:
    for name in assignment.service.hostnames:
        if not HOSTNAME.fullmatch(name) or not name.endswith(f".{zone}"):
            message = f"{name!r} is no name under {zone}"
        elif name in decided.names:
            message = f"{name} belongs to an older Service"
        else:
            decided.names[name] = assignment.address
            continue
        decided.refusals.append(Refusal(assignment.service, "NameRefused", message))

"""The assignment of addresses and host names to Services, as a pure function of the cluster's state."""

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
    """The fields of a Service that the plan depends on.

    ``wanted`` is True if this load balancer is responsible for it. ``port`` is the index of its port 80, or
    None. ``node_port`` belongs to port 80, ``node_ports`` to all ports. ``address`` is that of its status.
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
    """A Service with its address and node port."""

    service: Service
    address: str
    node_port: int

    @property
    def done(self) -> bool:
        """Whether the Service in the cluster has this address and node port."""
        return (self.service.address, self.service.node_port) == (self.address, self.node_port)


@dataclass(frozen=True)
class Refusal:
    """A Service that gets no address, or not all of its names, and the reason."""

    service: Service
    reason: str
    message: str


@dataclass
class Plan:
    """The desired state: assignments, refusals, and the address of each host name."""

    assignments: list[Assignment] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)


def plan(services: Iterable[Service], pool: Mapping[str, int], zone: str) -> Plan:
    """Assign addresses and names; ``pool`` maps each address to its node port.

    The result depends on the cluster's state alone, so a restart changes nothing. A Service that has an
    address keeps it. The others get the first free address in order of creation. Names outside of ``zone``,
    and names of an older Service, are refused.
    """
    ordered = sorted(services, key=lambda service: (service.created, service.namespace, service.name))
    wanted = [service for service in ordered if service.wanted]
    desired = Plan()
    held = _held(wanted, pool)
    free = [address for address in pool if address not in held]
    holders = {port: service.uid for service in ordered for port in service.node_ports}
    for service in wanted:
        if service.port is None:
            message = "the load balancer serves port 80 only, and the Service has no port 80"
            desired.refusals.append(Refusal(service, "NoPort80", message))
        elif held.get(service.address) is service:
            desired.assignments.append(Assignment(service, service.address, pool[service.address]))
        else:
            _assign(service, pool, holders, free, desired)
    for assignment in desired.assignments:
        _add_names(assignment, zone, desired)
    return desired


def _held(wanted: list[Service], pool: Mapping[str, int]) -> dict[str, Service]:
    held: dict[str, Service] = {}
    for service in wanted:
        if service.address in pool and service.port is not None:
            held.setdefault(service.address, service)
    return held


def _assign(
    service: Service, pool: Mapping[str, int], holders: Mapping[int, str], free: list[str], desired: Plan
) -> None:
    """Assign the first free address whose node port is not allocated to another Service."""
    usable = [address for address in free if holders.get(pool[address], service.uid) == service.uid]
    if not usable:
        message = f"all {len(pool)} addresses of the load balancer are in use"
        desired.refusals.append(Refusal(service, "NoAddressLeft", message))
        return
    free.remove(usable[0])
    desired.assignments.append(Assignment(service, usable[0], pool[usable[0]]))


def _add_names(assignment: Assignment, zone: str, desired: Plan) -> None:
    for name in assignment.service.hostnames:
        if not HOSTNAME.fullmatch(name) or not name.endswith(f".{zone}"):
            message = f"{name!r} is not a valid host name under {zone}"
        elif name in desired.names:
            message = f"{name} belongs to an older Service"
        else:
            desired.names[name] = assignment.address
            continue
        desired.refusals.append(Refusal(assignment.service, "NameRefused", message))

"""The Docker network of an instance. Its labels store the instance's address range."""

from __future__ import annotations

from typing import Any

from docker import DockerClient
from docker.errors import NotFound

from localcloud import containers
from localcloud.addresses import PUBLISHED, Addresses, candidates, first_taken
from localcloud.errors import LocalcloudError
from localcloud.instance import Instance

SUBNET_LABEL = "seatrial.subnet"


def find(client: DockerClient, instance: Instance) -> Addresses | None:
    """Return the addresses of an instance, or None if it has no network.

    Raises LocalcloudError if another program created a network of that name.
    """
    try:
        network = client.networks.get(instance.docker_name)
    except NotFound:
        return None
    subnet = _subnet(network)
    if not subnet:
        raise LocalcloudError(
            f"The network {instance.docker_name} was not created by localcloud",
            f"docker network rm {network.name}",
        )
    return Addresses(subnet.removesuffix(".0/24"))


def ensure(client: DockerClient, instance: Instance) -> Addresses:
    """Return the instance's addresses; if it has no network, choose a range and create the network.

    Raises LocalcloudError with one address in use if no range is free.
    """
    existing = find(client, instance)
    if existing:
        return existing
    chosen = _choose(client, instance)
    labels = {**instance.labels("network"), SUBNET_LABEL: chosen.subnet}
    client.networks.create(instance.docker_name, driver="bridge", labels=labels)
    return chosen


def require_free_addresses(client: DockerClient, instance: Instance, addresses: Addresses) -> None:
    """Raise LocalcloudError if another program uses an address of a part that is not running."""
    for part in PUBLISHED:
        name = instance.node if part == "cluster" else instance.container(part)
        container = containers.find(client, name)
        if container and container.status == "running":
            continue
        taken = first_taken(addresses.of(part))
        if taken:
            port = taken.rpartition(":")[2]
            raise LocalcloudError(
                f"{taken} is in use: {part} cannot be published there",
                f"stop the program that ss -lntup 'sport = :{port}' lists, then try again",
            )


def _choose(client: DockerClient, instance: Instance) -> Addresses:
    owned = {_subnet(network) for network in client.networks.list(filters={"label": SUBNET_LABEL})}
    taken = ""
    for addresses in candidates(instance.docker_name):
        if addresses.subnet in owned:
            continue
        taken = first_taken(addresses.all()) or ""
        if not taken:
            return addresses
    if not taken:
        raise LocalcloudError(
            f"Other instances use every address range that {instance.name} may use",
            "run make down for an instance",
        )
    port = taken.rpartition(":")[2]
    raise LocalcloudError(
        f"{taken} is in use, as is an address in every other range that {instance.name} may use",
        f"stop the program that listens on port {port} of every address, or run make down for an instance",
    )


def _subnet(network: Any) -> str:
    return str((network.attrs["Labels"] or {}).get(SUBNET_LABEL, ""))

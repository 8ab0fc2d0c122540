"""The docker network of an instance, which also remembers the addresses it owns."""

from __future__ import annotations

from typing import Any

from docker import DockerClient
from docker.errors import NotFound

from localcloud import containers
from localcloud.addresses import Addresses, candidates, first_taken
from localcloud.errors import LocalcloudError
from localcloud.instance import Instance

SUBNET = "seatrial.subnet"


def find(client: DockerClient, instance: Instance) -> Addresses | None:
    """Return the addresses of an instance that has a network, or None.

    Raises LocalcloudError where something else has a network of that name.
    """
    try:
        network = client.networks.get(instance.docker_name)
    except NotFound:
        return None
    subnet = _label(network)
    if not subnet:
        raise LocalcloudError(
            f"The network {instance.docker_name} is not of the local cloud",
            f"docker network rm {network.name}",
        )
    return Addresses(subnet.removesuffix(".0/24"))


def ensure(client: DockerClient, instance: Instance) -> Addresses:
    """Return the instance's addresses, making its network (and so choosing them) where there is none.

    Raises LocalcloudError naming the address where every range that it may take is in use.
    """
    existing = find(client, instance)
    if existing:
        return existing
    chosen = _choose(client, instance)
    client.networks.create(
        instance.docker_name, driver="bridge", labels={**instance.labels("network"), SUBNET: chosen.subnet}
    )
    return chosen


def refuse_taken(client: DockerClient, instance: Instance, addresses: Addresses) -> None:
    """Raise LocalcloudError, naming address and cure, where something else listens in place of a part."""
    for part in ("registry", "blob", "dns", "cluster"):
        name = instance.node if part == "cluster" else instance.container(part)
        container = containers.find(client, name)
        if container and container.status == "running":
            continue
        taken = first_taken(addresses.of(part))
        if taken:
            port = taken.rpartition(":")[2]
            raise LocalcloudError(
                f"{taken} is taken: {part} cannot be published there",
                f"stop what listens there (ss -lntup 'sport = :{port}' names it), then try again",
            )


def _choose(client: DockerClient, instance: Instance) -> Addresses:
    owned = {_label(network) for network in client.networks.list(filters={"label": SUBNET})}
    taken = ""
    for addresses in candidates(instance.docker_name):
        if addresses.subnet in owned:
            continue
        taken = first_taken(addresses.all()) or ""
        if not taken:
            return addresses
    raise LocalcloudError(
        f"{taken or 'Every range'} is taken, as is one address in each range that {instance.name} may use",
        f"stop what listens on port {taken.rpartition(':')[2]} of every address, or make down an instance",
    )


def _label(network: Any) -> str:
    return str((network.attrs["Labels"] or {}).get(SUBNET, ""))

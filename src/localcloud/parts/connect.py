"""Letting one instance's cluster pull from another's registry, by the address that images carry."""

from __future__ import annotations

from docker import DockerClient
from docker.models.containers import Container

from localcloud import containers, engine
from localcloud.containers import File
from localcloud.errors import LocalcloudError
from localcloud.instance import Instance, alone
from localcloud.parts import kindconfig, network, registry


def connect(instance: Instance, other: Instance) -> None:
    """Connect the other's registry to this instance's network, and have this cluster's node know it.

    Elsewhere a cluster reaches a registry over the network; here each instance has a network of its own.
    Raises LocalcloudError where one of the two is not up.
    """
    with alone(instance):
        client = engine.client()
        try:
            _connect(client, instance, other)
        finally:
            client.close()


def _connect(client: DockerClient, instance: Instance, other: Instance) -> None:
    addresses = network.find(client, other)
    name = other.container(registry.PART)
    node, stranger = _running(client, instance.node), _running(client, name)
    if addresses is None or node is None or stranger is None:
        missing = instance.name if node is None else other.name
        raise LocalcloudError(f"{missing} is not up", f"localcloud up --instance {missing}")
    if instance.docker_name not in stranger.attrs["NetworkSettings"]["Networks"]:
        client.networks.get(instance.docker_name).connect(stranger)
    address = registry.address(addresses)
    hosts = File(f"{kindconfig.CERTS}/{address}/hosts.toml", kindconfig.hosts(address, name), 0o644)
    containers.put(node, [hosts], owner=0)


def _running(client: DockerClient, name: str) -> Container | None:
    found = containers.find(client, name)
    return found if found is not None and found.status == "running" else None

"""Let one instance's cluster pull from another instance's registry, which it cannot write."""

from __future__ import annotations

from docker import DockerClient
from docker.models.containers import Container

from localcloud import containers, engine
from localcloud.errors import LocalcloudError
from localcloud.instance import Instance, locked
from localcloud.parts import network, node_mirror, registry_readonly


def connect(instance: Instance, other: Instance) -> None:
    """Connect the read-only endpoint of the other instance's registry to this instance's network.

    Each instance has its own network, so the registry's loopback address is unreachable inside this cluster.
    Raises LocalcloudError if one of the two instances is not running.
    """
    with locked(instance):
        client = engine.client()
        try:
            _connect(client, instance, other)
        finally:
            client.close()


def _connect(client: DockerClient, instance: Instance, other: Instance) -> None:
    addresses = network.find(client, other)
    name = other.container(registry_readonly.PART)
    node, other_registry = _running(client, instance.node), _running(client, name)
    if addresses is None or node is None or other_registry is None:
        stopped = instance.name if node is None else other.name
        raise LocalcloudError(f"The instance {stopped} is not running", f"run make up INSTANCE={stopped}")
    if instance.docker_name not in other_registry.attrs["NetworkSettings"]["Networks"]:
        client.networks.get(instance.docker_name).connect(other_registry)
    node_mirror.ensure(node, other, addresses)


def _running(client: DockerClient, name: str) -> Container | None:
    found = containers.find(client, name)
    return found if found is not None and found.status == "running" else None

"""The addresses at which a node pulls the images of a registry."""

from __future__ import annotations

from docker.models.containers import Container

from localcloud import containers
from localcloud.addresses import Addresses
from localcloud.containers import ContainerFile
from localcloud.instance import Instance
from localcloud.parts import kindconfig, node, registry, registry_readonly


def ensure(found: Container, owner: Instance, addresses: Addresses) -> None:
    """Make a node pull the images of an instance's registry from its read-only endpoint.

    The names of the images have the registry's address, which no node can reach. containerd reads the file
    at each pull, so a node of an older version is changed without a restart.
    """
    address = registry.address(addresses)
    path = kindconfig.hosts_path(address)
    hosts = kindconfig.hosts(address, owner.container(registry_readonly.PART))
    if node.read(found, path) != hosts:
        containers.put_files(found, [ContainerFile(path, hosts, 0o644)], owner=0)

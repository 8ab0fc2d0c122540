"""A second endpoint of the private registry, which only reads: the cluster's nodes pull from it.

Distribution gives every user all rights, so a user who may only pull needs an endpoint of its own.
"""

from __future__ import annotations

from docker import DockerClient

from localcloud import docker_login
from localcloud.addresses import Addresses
from localcloud.instance import Instance
from localcloud.parts import distribution, registry
from localcloud.parts.distribution import Endpoint

PART = "registry-readonly"
USER = "nodes"
LOGIN = "docker-pull"


def ensure(client: DockerClient, instance: Instance, addresses: Addresses, image: str) -> None:
    """Start the endpoint if it does not run, with a user and a password of its own.

    Its config.json has the password under the registry's address, which is in the names of images. Raises
    LocalcloudError if it does not start, does not respond within a minute, or allows anonymous access.
    """
    password = docker_login.read_or_create(instance.secrets / LOGIN, USER, registry.address(addresses))
    htpasswd = docker_login.htpasswd(instance.secrets / f"{PART}-htpasswd", USER, password)
    distribution.ensure(client, instance, endpoint(instance, addresses), image, htpasswd)


def address(addresses: Addresses) -> str:
    """Return the endpoint's address on this machine."""
    return f"{addresses.registry_readonly}:{distribution.PORT}"


def endpoint(instance: Instance, addresses: Addresses) -> Endpoint:
    """Return the endpoint, on the volume of the registry."""
    return Endpoint(PART, addresses.registry_readonly, registry.volume(instance), reads_only=True)

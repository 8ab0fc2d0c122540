"""The private registry of the pipeline, with one generated user who may push."""

from __future__ import annotations

from docker import DockerClient

from localcloud import docker_login
from localcloud.addresses import Addresses
from localcloud.instance import Instance
from localcloud.parts import distribution
from localcloud.parts.distribution import Endpoint

PART = "registry"
USER = "seatrial"
# The directory of its docker config.json, below the instance's secrets.
LOGIN = "docker"


def ensure(client: DockerClient, instance: Instance, addresses: Addresses, image: str) -> None:
    """Start the registry if it does not run, with the generated user.

    Raises LocalcloudError if it does not start, does not respond within a minute, or allows anonymous access.
    """
    password = docker_login.read_or_create(instance.secrets / LOGIN, USER, address(addresses))
    htpasswd = docker_login.htpasswd(instance.secrets / "registry-htpasswd", USER, password)
    distribution.ensure(client, instance, endpoint(instance, addresses), image, htpasswd)


def address(addresses: Addresses) -> str:
    """Return the registry's address as part of image references."""
    return f"{addresses.registry}:{distribution.PORT}"


def volume(instance: Instance) -> str:
    """Return the name of the volume with the images."""
    return instance.container(PART)


def endpoint(instance: Instance, addresses: Addresses) -> Endpoint:
    """Return the endpoint that accepts pushes."""
    return Endpoint(PART, addresses.registry, volume(instance))

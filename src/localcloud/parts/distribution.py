"""An endpoint of the private registry: Distribution with one generated user and no anonymous access."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import requests
from docker import DockerClient

from localcloud import containers
from localcloud.containers import ContainerFile, ContainerSpec
from localcloud.errors import LocalcloudError
from localcloud.instance import Instance

PORT = 5000
STORAGE = "/var/lib/registry"
CONFIG = "/run/registry/config.yml"
HTPASSWD = "/run/registry/htpasswd"
READY_SECONDS = 60
UNAUTHORIZED = 401


@dataclass(frozen=True)
class Endpoint:
    """A part that serves the images of ``volume`` at a loopback address.

    ``reads_only`` makes it refuse every write, by its configuration and by a read-only mount.
    """

    part: str
    host: str
    volume: str
    reads_only: bool = False

    @property
    def address(self) -> str:
        """The address as part of image references."""
        return f"{self.host}:{PORT}"


def ensure(client: DockerClient, instance: Instance, endpoint: Endpoint, image: str, htpasswd: str) -> None:
    """Start the endpoint if it does not run, with the user of an htpasswd line.

    Raises LocalcloudError if it does not start, does not respond within a minute, or allows anonymous access.
    """
    container = containers.ensure(client, instance, spec(endpoint, image, htpasswd))
    containers.wait_until_ready(
        container, lambda: _status(endpoint) is not None, READY_SECONDS, endpoint.part
    )
    if _status(endpoint) != UNAUTHORIZED:
        raise LocalcloudError(f"{endpoint.part} allows anonymous access", "run make down, then make up")


def spec(endpoint: Endpoint, image: str, htpasswd: str) -> ContainerSpec:
    """Return the desired container."""
    config = json.dumps(_config(reads_only=endpoint.reads_only), indent=1)
    return ContainerSpec(
        part=endpoint.part,
        image=image,
        entrypoint=["docker-registry", "serve", CONFIG],
        ports={f"{PORT}/tcp": (endpoint.host, PORT)},
        volumes={endpoint.volume: STORAGE},
        files=[ContainerFile(CONFIG, config), ContainerFile(HTPASSWD, htpasswd)],
        reads_only=endpoint.reads_only,
    )


def _config(*, reads_only: bool) -> dict[str, Any]:
    """Return the configuration, which is written as JSON because YAML includes it."""
    return {
        "version": 0.1,
        "log": {"level": "info", "fields": {"service": "registry"}},
        "storage": _read_only_storage() if reads_only else _storage(),
        "http": {"addr": f":{PORT}"},
        "auth": {"htpasswd": {"realm": "seatrial", "path": HTPASSWD}},
    }


def _storage() -> dict[str, Any]:
    """Return the storage of the endpoint that writes; `prune` needs deletion."""
    return {
        "filesystem": {"rootdirectory": STORAGE},
        "delete": {"enabled": True},
        "cache": {"blobdescriptor": "inmemory"},
    }


def _read_only_storage() -> dict[str, Any]:
    # No cache: it would list blobs that the other endpoint has deleted.
    maintenance = {"readonly": {"enabled": True}, "uploadpurging": {"enabled": False}}
    return {"filesystem": {"rootdirectory": STORAGE}, "maintenance": maintenance}


def _status(endpoint: Endpoint) -> int | None:
    try:
        return requests.get(f"http://{endpoint.address}/v2/", timeout=5).status_code
    except requests.RequestException:
        return None

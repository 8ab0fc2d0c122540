"""The private registry: Distribution with one generated user and no anonymous access."""

from __future__ import annotations

import base64
import json
import secrets
from pathlib import Path
from typing import Any

import bcrypt
import requests
from docker import DockerClient

from localcloud import containers, credentials
from localcloud.addresses import Addresses
from localcloud.atomic import write_atomically
from localcloud.containers import ContainerFile, ContainerSpec
from localcloud.errors import LocalcloudError
from localcloud.instance import Instance

PART = "registry"
PORT = 5000
USER = "seatrial"
READY_SECONDS = 60
UNAUTHORIZED = 401
CONFIG = "/run/registry/config.yml"
HTPASSWD = "/run/registry/htpasswd"


def ensure(client: DockerClient, instance: Instance, addresses: Addresses, image: str) -> None:
    """Start the registry if it does not run, with the generated user.

    Raises LocalcloudError if it does not start, does not respond within a minute, or allows anonymous access.
    """
    password = _password(instance, address(addresses))
    htpasswd = instance.secrets / "registry-htpasswd"
    line = credentials.read_or_create(htpasswd, lambda: _htpasswd(password))
    if not _matches(line, password):
        line = _htpasswd(password)
        write_atomically(htpasswd, line)
    container = containers.ensure(client, instance, spec(instance, addresses, image, line))
    containers.wait_until_ready(container, lambda: _status(addresses) is not None, READY_SECONDS, PART)
    if _status(addresses) != UNAUTHORIZED:
        raise LocalcloudError("The registry allows anonymous access", "run make down, then make up")


def address(addresses: Addresses) -> str:
    """Return the registry's address as part of image references."""
    return f"{addresses.registry}:{PORT}"


def spec(instance: Instance, addresses: Addresses, image: str, htpasswd: str) -> ContainerSpec:
    """Return the desired container."""
    return ContainerSpec(
        part=PART,
        image=image,
        entrypoint=["docker-registry", "serve", CONFIG],
        ports={f"{PORT}/tcp": (addresses.registry, PORT)},
        volumes={instance.container(PART): "/var/lib/registry"},
        files=[ContainerFile(CONFIG, json.dumps(_config(), indent=1)), ContainerFile(HTPASSWD, htpasswd)],
    )


def _config() -> dict[str, Any]:
    """Return the configuration, which is written as JSON because YAML includes it; `prune` needs deletion."""
    return {
        "version": 0.1,
        "log": {"level": "info", "fields": {"service": "registry"}},
        "storage": {
            "filesystem": {"rootdirectory": "/var/lib/registry"},
            "delete": {"enabled": True},
            "cache": {"blobdescriptor": "inmemory"},
        },
        "http": {"addr": f":{PORT}"},
        "auth": {"htpasswd": {"realm": "seatrial", "path": HTPASSWD}},
    }


def _password(instance: Instance, registry: str) -> str:
    """Return the password in the instance's docker config.json; if it has none, generate one."""
    path = instance.secrets / "docker" / "config.json"
    existing = _read_password(path, registry)
    if existing:
        return existing
    password = secrets.token_urlsafe(24)
    auth = base64.b64encode(f"{USER}:{password}".encode()).decode()
    write_atomically(path, json.dumps({"auths": {registry: {"auth": auth}}}, indent=2) + "\n")
    return password


def _read_password(path: Path, registry: str) -> str:
    try:
        auth = json.loads(path.read_text(encoding="utf-8"))["auths"][registry]["auth"]
        return base64.b64decode(auth).decode().partition(":")[2]
    except (FileNotFoundError, KeyError, ValueError):
        return ""


def _htpasswd(password: str) -> str:
    return f"{USER}:{bcrypt.hashpw(password.encode(), bcrypt.gensalt(rounds=8)).decode()}\n"


def _matches(line: str, password: str) -> bool:
    try:
        return bcrypt.checkpw(password.encode(), line.strip().partition(":")[2].encode())
    except ValueError:
        return False


def _status(addresses: Addresses) -> int | None:
    try:
        return requests.get(f"http://{address(addresses)}/v2/", timeout=5).status_code
    except requests.RequestException:
        return None

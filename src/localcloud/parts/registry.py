"""The private registry: Distribution, with a generated user and nothing for anyone else."""

from __future__ import annotations

import base64
import json
import secrets
from pathlib import Path
from typing import Any

import bcrypt
import requests
from docker import DockerClient

from localcloud import containers, secret
from localcloud.addresses import Addresses
from localcloud.containers import File, Spec
from localcloud.errors import LocalcloudError
from localcloud.instance import Instance

PART = "registry"
PORT = 5000
USER = "seatrial"
READY_SECONDS = 60
CONFIG = "/run/registry/config.yml"
HTPASSWD = "/run/registry/htpasswd"


def ensure(client: DockerClient, instance: Instance, addresses: Addresses, image: str) -> None:
    """Have the registry answer at its address, to the generated user alone.

    Raises LocalcloudError where it cannot be started, gives no answer within a minute, or would let
    anyone in.
    """
    password = _password(instance, address(addresses))
    line = secret.ensure(instance.secrets / "registry-htpasswd", lambda: _htpasswd(password))
    if not _matches(line, password):
        line = _htpasswd(password)
        secret.write(instance.secrets / "registry-htpasswd", line)
    container = containers.ensure(client, instance, spec(instance, addresses, image, line))
    containers.wait(container, lambda: _status(addresses) is not None, READY_SECONDS, PART)
    if _status(addresses) != 401:
        raise LocalcloudError("The registry answers without a password", "make down, then make up")


def address(addresses: Addresses) -> str:
    """Return the registry's address as images carry it."""
    return f"{addresses.registry}:{PORT}"


def spec(instance: Instance, addresses: Addresses, image: str, htpasswd: str) -> Spec:
    """Return the container that the registry should be."""
    return Spec(
        part=PART,
        image=image,
        entrypoint=["docker-registry", "serve", CONFIG],
        ports={f"{PORT}/tcp": (addresses.registry, PORT)},
        volumes={instance.container(PART): "/var/lib/registry"},
        files=[File(CONFIG, json.dumps(_config(), indent=1)), File(HTPASSWD, htpasswd)],
    )


def _config() -> dict[str, Any]:
    """JSON is YAML too; deletion is on so that what no release names can be cleaned away."""
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
    """Return the user's password, kept where docker's clients look for it and nowhere else."""
    path = instance.secrets / "docker" / "config.json"
    known = _read_auth(path, registry)
    if known:
        return known
    password = secrets.token_urlsafe(24)
    auth = base64.b64encode(f"{USER}:{password}".encode()).decode()
    secret.write(path, json.dumps({"auths": {registry: {"auth": auth}}}, indent=2) + "\n")
    return password


def _read_auth(path: Path, registry: str) -> str:
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

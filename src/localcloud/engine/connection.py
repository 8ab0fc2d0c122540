"""Find and connect to a container engine."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from urllib.parse import urlsplit

import docker
from docker.context import ContextAPI
from docker.errors import DockerException

from localcloud.engine.paths import DEFAULT_SOCKET
from localcloud.errors import LocalcloudError

PING_SECONDS = 5
REQUEST_SECONDS = 120


def hosts() -> list[str]:
    """Return the addresses to try, in order: DOCKER_HOST alone, or the current context and usual sockets."""
    configured = os.environ.get("DOCKER_HOST")
    if configured:
        return [configured]
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    defaults = [
        _context_host(),
        f"unix://{DEFAULT_SOCKET}",
        f"unix://{runtime}/docker.sock" if runtime else "",
        f"unix://{Path.home()}/.docker/run/docker.sock",
    ]
    return list(dict.fromkeys(host for host in defaults if host))


def _context_host() -> str:
    try:
        context = ContextAPI.get_current_context()
    except (DockerException, OSError, ValueError):
        return ""
    host = getattr(context, "Host", None) or ""
    return str(host).replace("http+unix://", "unix://")


def responds(host: str) -> bool:
    """Return whether an engine responds at ``host``.

    Raises LocalcloudError if this user has no permission to use its socket.
    """
    _require_permission(host)
    try:
        client = docker.DockerClient(base_url=host, timeout=PING_SECONDS)
        try:
            return bool(client.ping())
        finally:
            client.close()
    except (DockerException, OSError):
        return False


def _require_permission(host: str) -> None:
    """Raise LocalcloudError on a permission error, which the SDK reports like a missing socket."""
    address = urlsplit(host)
    if address.scheme != "unix":
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(PING_SECONDS)
        try:
            probe.connect(address.path)
        except PermissionError as error:
            raise LocalcloudError(
                f"No permission to use the container engine at {address.path}",
                "join its group: sudo usermod -aG docker $USER, then log in again",
            ) from error
        except OSError:
            return


def connect(host: str, timeout: int = REQUEST_SECONDS) -> docker.DockerClient:
    """Return a client for the engine at ``host``. ``timeout`` is the limit of each request in seconds."""
    return docker.DockerClient(base_url=host, timeout=timeout)


def version(host: str) -> str:
    """Return the engine's version, such as 20.10.24."""
    client = connect(host)
    try:
        return str(client.version()["Version"]).partition("+")[0]
    finally:
        client.close()

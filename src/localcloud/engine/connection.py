"""Finding an engine that answers, and talking to it."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from urllib.parse import urlsplit

import docker
from docker.context import ContextAPI
from docker.errors import DockerException

from localcloud.engine.home import DEFAULT_SOCKET
from localcloud.errors import LocalcloudError

PING_SECONDS = 5
CALL_SECONDS = 120


def hosts() -> list[str]:
    """Return the addresses to try, in order: DOCKER_HOST alone, else the context's and the usual sockets."""
    named = os.environ.get("DOCKER_HOST")
    if named:
        return [named]
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    usual = [
        _context_host(),
        f"unix://{DEFAULT_SOCKET}",
        f"unix://{runtime}/docker.sock" if runtime else "",
        f"unix://{Path.home()}/.docker/run/docker.sock",
    ]
    return list(dict.fromkeys(host for host in usual if host))


def _context_host() -> str:
    try:
        context = ContextAPI.get_current_context()
    except (DockerException, OSError, ValueError):
        return ""
    host = getattr(context, "Host", None) or ""
    return str(host).replace("http+unix://", "unix://")


def answers(host: str) -> bool:
    """Say whether an engine answers there.

    Raises LocalcloudError where one is there and this user may not use it.
    """
    _refuse_forbidden(host)
    try:
        client = docker.DockerClient(base_url=host, timeout=PING_SECONDS)
        try:
            return bool(client.ping())
        finally:
            client.close()
    except (DockerException, OSError):
        return False


def _refuse_forbidden(host: str) -> None:
    """docker-py tells a refusal and an absence alike, so the socket is tried by hand."""
    address = urlsplit(host)
    if address.scheme != "unix":
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(PING_SECONDS)
        try:
            probe.connect(address.path)
        except PermissionError as error:
            raise LocalcloudError(
                f"The container engine at {address.path} refuses this user",
                "join its group: sudo usermod -aG docker $USER, then log in again",
            ) from error
        except OSError:
            return


def connect(host: str, timeout: int = CALL_SECONDS) -> docker.DockerClient:
    """Return a client for the engine at ``host``; each call has ``timeout`` seconds."""
    return docker.DockerClient(base_url=host, timeout=timeout)


def version(host: str) -> str:
    """Return the engine's version, such as 20.10.24."""
    client = connect(host)
    try:
        return str(client.version()["Version"]).partition("+")[0]
    finally:
        client.close()

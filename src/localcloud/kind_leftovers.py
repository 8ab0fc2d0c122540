"""The only thing kind leaves outside the engine: an empty /lib/modules on a machine that had none."""

from __future__ import annotations

from pathlib import Path

from docker import DockerClient

from localcloud.cache import cache_directory

MODULES = Path("/lib/modules")
KIND_LABEL = "io.x-k8s.kind.cluster"


def record_absence(client: DockerClient, modules: Path = MODULES) -> None:
    """Record that the directory does not exist, unless a cluster exists already."""
    if not modules.exists() and not _clusters(client):
        _marker().parent.mkdir(parents=True, exist_ok=True)
        _marker().touch()


def remove(client: DockerClient | None, modules: Path = MODULES) -> None:
    """Remove the directory if it was recorded as absent, is empty, and no cluster is left."""
    if not _marker().exists() or (client and _clusters(client)):
        return
    try:
        modules.rmdir()
    except FileNotFoundError:
        pass
    except OSError:
        # Not empty, or this user is not root: the directory belongs to the machine now.
        return
    _marker().unlink()


def _clusters(client: DockerClient) -> bool:
    return bool(client.containers.list(all=True, filters={"label": KIND_LABEL}))


def _marker() -> Path:
    return cache_directory() / "made-lib-modules"

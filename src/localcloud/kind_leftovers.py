"""Remove the empty /lib/modules that kind creates on a machine without that directory."""

from __future__ import annotations

from pathlib import Path

from docker import DockerClient

from localcloud.cache import cache_directory

MODULES = Path("/lib/modules")
KIND_LABEL = "io.x-k8s.kind.cluster"


def record_absence(client: DockerClient, modules: Path = MODULES) -> None:
    """Record that /lib/modules does not exist yet; do nothing if a kind cluster exists already."""
    if not modules.exists() and not _clusters(client):
        _marker().parent.mkdir(parents=True, exist_ok=True)
        _marker().touch()


def remove(client: DockerClient | None, modules: Path = MODULES) -> None:
    """Remove /lib/modules if it was recorded as absent, is empty, and no kind cluster exists."""
    if not _marker().exists() or (client and _clusters(client)):
        return
    try:
        modules.rmdir()
    except FileNotFoundError:
        pass
    except OSError:
        # Not empty: other software uses it. Or this user is not root and cannot remove it.
        return
    _marker().unlink()


def _clusters(client: DockerClient) -> bool:
    return bool(client.containers.list(all=True, filters={"label": KIND_LABEL}))


def _marker() -> Path:
    return cache_directory() / "made-lib-modules"

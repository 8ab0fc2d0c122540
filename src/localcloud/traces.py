"""The one thing that kind leaves outside the engine: an empty /lib/modules, where there was none."""

from __future__ import annotations

from pathlib import Path

from docker import DockerClient

from localcloud.engine.home import cache_dir

MODULES = Path("/lib/modules")
KIND_LABEL = "io.x-k8s.kind.cluster"


def remember(client: DockerClient, modules: Path = MODULES) -> None:
    """Note that the folder was absent before the first cluster made it."""
    if not modules.exists() and not _clusters(client):
        _note().parent.mkdir(parents=True, exist_ok=True)
        _note().touch()


def remove(client: DockerClient | None, modules: Path = MODULES) -> None:
    """Remove the folder if it is as the engine made it for us, and no cluster still uses it."""
    if not _note().exists() or (client and _clusters(client)):
        return
    try:
        modules.rmdir()
    except FileNotFoundError:
        pass
    except OSError:
        # Filled since, or not ours to remove without root: then it is the machine's own.
        return
    _note().unlink()


def _clusters(client: DockerClient) -> bool:
    return bool(client.containers.list(all=True, filters={"label": KIND_LABEL}))


def _note() -> Path:
    return cache_dir() / "made-lib-modules"

"""The files of a container engine that localcloud starts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from localcloud.cache import cache_directory

DEFAULT_SOCKET = Path("/var/run/docker.sock")


@dataclass(frozen=True)
class EnginePaths:
    """The paths of one engine: data and records under ``root``, its socket and its run directory."""

    root: Path
    socket: Path = DEFAULT_SOCKET
    exec_root: Path = Path("/var/run/docker")

    @property
    def host(self) -> str:
        """The address in the format of DOCKER_HOST."""
        return f"unix://{self.socket}"

    @property
    def data(self) -> Path:
        """The directory with images, containers and volumes."""
        return self.root / "data"

    @property
    def log(self) -> Path:
        """The engine's log."""
        return self.root / "dockerd.log"

    @property
    def pid_file(self) -> Path:
        """The file in which the engine writes its process id."""
        return self.root / "dockerd.pid"

    @property
    def record(self) -> Path:
        """The record of the process that localcloud started, and of the machine's state before."""
        return self.root / "engine.json"

    @property
    def lock(self) -> Path:
        """The lock for starting and stopping the engine."""
        return self.root.with_suffix(".lock")


def default_paths() -> EnginePaths:
    """Return the paths of this machine's engine, in the cache directory."""
    return EnginePaths(cache_directory() / "engine")

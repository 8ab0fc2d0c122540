"""The container engine: an existing one, or one that localcloud installs and starts."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path

import docker

from localcloud.engine import connection
from localcloud.engine import install as engine_install
from localcloud.engine.paths import EnginePaths, default_paths
from localcloud.engine.processes import children
from localcloud.engine.record import read_record
from localcloud.engine.startup import start_engine
from localcloud.engine.teardown import stop_engine
from localcloud.errors import LocalcloudError
from localcloud.locks import exclusive
from localcloud.progress import ProgressReporter

NO_ENGINE = "No container engine responds"


@dataclass(frozen=True)
class RunningEngine:
    """An engine that responds.

    ``host`` is its address in the format of DOCKER_HOST; ``log`` is None unless localcloud started it.
    """

    host: str
    started_by_us: bool
    version: str
    log: Path | None


def find(paths: EnginePaths | None = None) -> RunningEngine | None:
    """Return the first engine that responds, or None; with ``paths`` only that engine is tried.

    Raises LocalcloudError if this user has no permission to use it.
    """
    for host in [paths.host] if paths else connection.hosts():
        if connection.responds(host):
            return _describe(host, paths or default_paths())
    return None


def require() -> RunningEngine:
    """Return the engine that responds; raise LocalcloudError if there is none."""
    found = find()
    if found is None:
        raise LocalcloudError(NO_ENGINE, "run make up, or start Docker")
    return found


def client() -> docker.DockerClient:
    """Return a client of the engine that responds; raise LocalcloudError if there is none."""
    return connection.connect(require().host)


def ensure(progress: ProgressReporter, paths: EnginePaths | None = None) -> RunningEngine:
    """Return an engine that responds. As root on Debian or Ubuntu, install and start one if necessary.

    An existing engine is never changed. Raises LocalcloudError if none responds and none can be started.
    """
    found = find(paths)
    if found:
        return found
    if paths is None and os.environ.get("DOCKER_HOST"):
        raise LocalcloudError(
            f"{NO_ENGINE} at DOCKER_HOST={os.environ['DOCKER_HOST']}", "start it, or unset DOCKER_HOST"
        )
    with _exclusive(paths or default_paths()):
        return find(paths) or _install_and_start(progress, paths)


def stop(progress: ProgressReporter, paths: EnginePaths | None = None, *, keep_images: bool = False) -> bool:
    """Stop the engine if localcloud started it, and restore the machine's previous state.

    Returns False, and changes nothing, if localcloud did not start the engine. With ``keep_images`` its
    images and build cache stay.
    """
    paths = paths or default_paths()
    with _exclusive(paths):
        record = read_record(paths)
        if record is None:
            return False
        with progress.step("stop the container engine", "stopping"):
            if not record.alive() and children(paths):
                # A killed engine has left containers, and only an engine can stop and remove them.
                with suppress(LocalcloudError):
                    record = start_engine(paths)
            stop_engine(paths, record, keep_images)
    return True


def _describe(host: str, paths: EnginePaths) -> RunningEngine:
    record = read_record(paths)
    ours = host == paths.host and record is not None and record.alive()
    return RunningEngine(host, ours, connection.version(host), paths.log if ours else None)


def _exclusive(paths: EnginePaths) -> AbstractContextManager[None]:
    return exclusive(paths.lock, "starting or stopping the container engine")


def _install_and_start(progress: ProgressReporter, paths: EnginePaths | None) -> RunningEngine:
    engine_install.install(engine_install.ENGINE, progress, why=NO_ENGINE)
    if paths is None:
        engine_install.start_by_systemd(progress)
    if os.geteuid() != 0:
        raise LocalcloudError(f"{NO_ENGINE}, and only root can start one", "sudo systemctl start docker")
    found = find(paths)
    if found:
        return found
    paths = paths or default_paths()
    with progress.step("start the container engine", "starting"):
        start_engine(paths)
    return _describe(paths.host, paths)

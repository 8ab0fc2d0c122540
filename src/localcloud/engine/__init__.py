"""The container engine: the one that answers, else one of our own."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path

import docker

from localcloud.engine import connection
from localcloud.engine import install as engine_install
from localcloud.engine.home import EngineHome, default_home, read_record
from localcloud.engine.processes import children
from localcloud.engine.start import start_engine
from localcloud.engine.stop import stop_engine
from localcloud.errors import LocalcloudError
from localcloud.filelock import held
from localcloud.report import Report


@dataclass(frozen=True)
class Engine:
    """An engine that answers.

    ``host`` is its address as DOCKER_HOST takes it; ``log`` is where it writes, known for ours only.
    """

    host: str
    started_by_us: bool
    version: str
    log: Path | None


def find(home: EngineHome | None = None) -> Engine | None:
    """Return the engine that answers, or None.

    With ``home`` only that one is tried. Raises LocalcloudError where one is there that refuses this user.
    """
    for host in [home.host] if home else connection.hosts():
        if connection.answers(host):
            return _describe(host, home or default_home())
    return None


def _describe(host: str, home: EngineHome) -> Engine:
    record = read_record(home)
    ours = host == home.host and record is not None and record.alive()
    return Engine(host, ours, connection.version(host), home.log if ours else None)


def ensure(report: Report, home: EngineHome | None = None) -> Engine:
    """Return an engine that answers; on Debian and Ubuntu, as root, install and start one where none does.

    Raises LocalcloudError where none answers and none can be started; an engine found is never changed.
    """
    found = find(home)
    if found:
        return found
    if home is None and os.environ.get("DOCKER_HOST"):
        raise LocalcloudError(
            f"No container engine answers at DOCKER_HOST={os.environ['DOCKER_HOST']}",
            "start it, or unset DOCKER_HOST",
        )
    with _alone(home or default_home()):
        return find(home) or _make(report, home)


def _alone(home: EngineHome) -> AbstractContextManager[None]:
    return held(home.root.with_suffix(".lock"), "starting or stopping the engine")


def _make(report: Report, home: EngineHome | None) -> Engine:
    engine_install.install(engine_install.ENGINE, report, why="No container engine answers")
    if home is None:
        engine_install.start_by_systemd(report)
    if os.geteuid() != 0:
        raise LocalcloudError(
            "No container engine answers, and only root may start one", "sudo systemctl start docker"
        )
    found = find(home)
    if found:
        return found
    place = home or default_home()
    with report.step("start the container engine"):
        start_engine(place)
    return _describe(place.host, place)


def stop(report: Report, home: EngineHome | None = None, *, keep_images: bool = False) -> bool:
    """Stop the engine that we started and take every trace of it away; say whether there was one.

    An engine that was there before us is left alone. With `keep_images` what it has built stays.
    """
    place = home or default_home()
    with _alone(place):
        record = read_record(place)
        if record is None:
            return False
        with report.step("stop the container engine"):
            if not record.alive() and children(place):
                # It died and left containers: only an engine can end them properly.
                with suppress(LocalcloudError):
                    record = start_engine(place)
            stop_engine(place, record, keep_images)
    return True


def client(home: EngineHome | None = None) -> docker.DockerClient:
    """Return a client of the engine that answers. Raises LocalcloudError where none does."""
    found = find(home)
    if found is None:
        raise LocalcloudError("No container engine answers", "make up starts one, or start Docker")
    return connection.connect(found.host)

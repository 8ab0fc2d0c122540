"""Stopping the engine that we started, and leaving the machine as it was before."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from pathlib import Path

from docker.errors import DockerException

from localcloud.engine import traces as engine_traces
from localcloud.engine.connection import answers, connect
from localcloud.engine.home import EngineHome, Started
from localcloud.engine.processes import children, end, until
from localcloud.process import run


def stop_engine(home: EngineHome, started: Started, keep_images: bool = False) -> None:
    """Stop that engine with all it runs, and remove its data and every trace of it.

    With `keep_images` its data stays for the next start: images and build caches, no container.

    Raises LocalcloudError where it does not end in a minute; nothing is removed under a running engine.
    """
    bridges = ["docker0"]
    if started.alive():
        bridges += _empty(home)
        os.kill(started.pid, signal.SIGTERM)
        until(lambda: not started.alive(), "The engine did not end", home)
    end(home, children(home))
    _unmount(home)
    same_boot = started.before.boot == engine_traces.boot_id()
    if same_boot:
        _remove_links([name for name in bridges if name not in started.before.links])
        engine_traces.restore_rules(started.before, bridges)
        engine_traces.restore_switches(started.before)
    _remove_files(home, keep_images)
    if same_boot:
        engine_traces.remove_paths(started.before)


def _empty(home: EngineHome) -> list[str]:
    """Remove containers and networks while the engine can do so; return the names of its bridges."""
    if not answers(home.host):
        return []
    client = connect(home.host)
    bridges = []
    with contextlib.closing(client), contextlib.suppress(DockerException):
        for container in client.containers.list(all=True, ignore_removed=True):
            container.remove(force=True, v=True)
        for network in client.networks.list(filters={"type": "custom"}):
            options = network.attrs.get("Options") or {}
            bridges.append(options.get("com.docker.network.bridge.name") or f"br-{network.id[:12]}")
            network.remove()
    return bridges


def mounts(home: EngineHome) -> list[str]:
    """Return what is mounted under this engine's directories, deepest first."""
    tops = tuple(f"{path.resolve()}/" for path in (home.data, home.exec_root))
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    points = [line.split()[4].encode().decode("unicode_escape") for line in lines]
    return sorted((point for point in points if f"{point}/".startswith(tops)), key=len, reverse=True)


def _unmount(home: EngineHome) -> None:
    for point in mounts(home):
        run(["umount", "--lazy", point], timeout=20)


def _remove_links(names: list[str]) -> None:
    for name in names:
        if name in engine_traces.links():
            run(["ip", "link", "delete", name], timeout=20)


def _remove_files(home: EngineHome, keep_images: bool) -> None:
    home.socket.unlink(missing_ok=True)
    if home.exec_root.exists():
        shutil.rmtree(home.exec_root)
    for path in home.root.iterdir() if home.root.exists() else ():
        if keep_images and path == home.data:
            continue
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    if home.root.exists() and not keep_images:
        home.root.rmdir()

"""Stop an engine that localcloud started, and restore the machine's previous state."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal

import psutil
from docker.errors import DockerException

from localcloud.engine import host_state, iptables
from localcloud.engine.connection import connect, responds
from localcloud.engine.paths import EnginePaths
from localcloud.engine.processes import children, end, until
from localcloud.engine.record import StartedEngine
from localcloud.process import run

COMMAND_SECONDS = 20


def stop_engine(paths: EnginePaths, started: StartedEngine, keep_images: bool = False) -> None:
    """Stop the engine and its containers, remove its data, and restore the machine's previous state.

    With ``keep_images`` the data directory stays, with images and build cache but without containers.
    Raises LocalcloudError if the engine does not stop within a minute; nothing is removed in that case.
    """
    bridges = ["docker0"]
    if started.alive():
        bridges += _remove_containers_and_networks(paths)
        os.kill(started.pid, signal.SIGTERM)
        until(lambda: not started.alive(), "The container engine did not stop", paths)
    end(paths, children(paths))
    _unmount(paths)
    same_boot = started.before.boot == host_state.boot_id()
    if same_boot:
        _remove_links([name for name in bridges if name not in started.before.links])
        iptables.restore(started.before.filter_rules, bridges)
        host_state.restore_forwarding(started.before)
    _remove_files(paths, keep_images)
    if same_boot:
        host_state.remove_new_paths(started.before)


def _remove_containers_and_networks(paths: EnginePaths) -> list[str]:
    """Remove the engine's containers and networks; return the names of the networks' bridges."""
    if not responds(paths.host):
        return []
    client = connect(paths.host)
    bridges = []
    with contextlib.closing(client), contextlib.suppress(DockerException):
        for container in client.containers.list(all=True, ignore_removed=True):
            container.remove(force=True, v=True)
        for network in client.networks.list(filters={"type": "custom"}):
            options = network.attrs.get("Options") or {}
            bridges.append(options.get("com.docker.network.bridge.name") or f"br-{network.id[:12]}")
            network.remove()
    return bridges


def mounts(paths: EnginePaths) -> list[str]:
    """Return the mount points under the engine's directories, deepest first."""
    directories = tuple(f"{path.resolve()}/" for path in (paths.data, paths.exec_root))
    points = [partition.mountpoint for partition in psutil.disk_partitions(all=True)]
    return sorted((point for point in points if f"{point}/".startswith(directories)), key=len, reverse=True)


def _unmount(paths: EnginePaths) -> None:
    for point in mounts(paths):
        run(["umount", "--lazy", point], timeout=COMMAND_SECONDS)


def _remove_links(names: list[str]) -> None:
    for name in names:
        if name in host_state.links():
            run(["ip", "link", "delete", name], timeout=COMMAND_SECONDS)


def _remove_files(paths: EnginePaths, keep_images: bool) -> None:
    paths.socket.unlink(missing_ok=True)
    if paths.exec_root.exists():
        shutil.rmtree(paths.exec_root)
    for path in paths.root.iterdir() if paths.root.exists() else ():
        if keep_images and path == paths.data:
            continue
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    if paths.root.exists() and not keep_images:
        paths.root.rmdir()

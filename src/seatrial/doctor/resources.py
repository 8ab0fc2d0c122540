"""Disk, memory and loopback ports."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import ip_network
from pathlib import Path

import psutil

from seatrial.doctor.finding import Finding
from seatrial.settings import Settings
from seatrial.settings_files import read_local
from seatrial.toml_text import parse_toml
from seatrial.workspace import Workspace

GIB = 1024**3
DISK_GIB = 6.0
MEMORY_GIB = 2.0
# In the range that instances take their addresses from.
PROBE = "127.64.0.250"
ENDPOINTS = (
    *((250, 5000), (251, 10000), (252, 5000), (253, 5300), (254, 6443)),
    *((host, 80) for host in range(1, 13)),
)
CONNECT_SECONDS = 0.5


def check_disk(what: str, path: Path, need: float = DISK_GIB) -> Finding:
    """Check that the file system of `path`, which need not exist yet, has `need` GiB free.

    Below a directory that this user may not read, the file system of that directory counts.
    """
    path = _nearest(path)
    free = psutil.disk_usage(str(path)).free / GIB
    if free >= need:
        return Finding(what, "ok", f"{free:.0f} GiB free")
    return Finding(what, "missing", f"{free:.1f} GiB free of {need:.0f} needed", f"free some space at {path}")


def may_exist(path: Path) -> bool:
    """Return whether a path exists, or is below a directory that this user may not look into."""
    try:
        path.stat()
    except OSError as error:
        return isinstance(error, PermissionError)
    return True


def _nearest(path: Path) -> Path:
    """Return the path, or the nearest directory above it that exists and that this user can reach."""
    while path != path.parent:
        try:
            path.stat()
        except OSError:
            path = path.parent
        else:
            break
    return path


def check_memory(running: int, need: float = MEMORY_GIB) -> Finding:
    """Check that `need` GiB of memory are available; an instance that runs has them already.

    `running` is the number of the instance's containers.
    """
    available = psutil.virtual_memory().available / GIB
    if running or available >= need:
        return Finding("memory", "ok", f"{available:.1f} GiB available")
    detail = f"{available:.1f} GiB available of {need:.0f} needed"
    return Finding("memory", "missing", detail, "stop a program that uses much memory")


def uses_local_cloud(settings: Settings, workspace: Workspace) -> bool:
    """Return whether store, registry or cluster is the local cloud's, or would be after `make up`."""
    local = read_local(workspace)
    used = (
        (settings.store.url, "store", "url"),
        (settings.registry.address, "registry", "address"),
        (settings.cluster.context, "cluster", "context"),
    )
    return any(value in ("", local.get(section, {}).get(key)) for value, section, key in used)


def check_ports(workspace: Workspace, running: int) -> Finding:
    """Check that the instance's loopback addresses are free, or used by the instance itself."""
    local = workspace.directory / "local.toml"
    if not local.exists():
        return _check_loopback()
    instance = parse_toml(local.read_bytes(), local.name).get("instance")
    subnet = str(instance.get("subnet", "")) if isinstance(instance, dict) else ""
    if running:
        return Finding("ports", "ok", f"{subnet} is this instance's")
    taken = _taken(subnet, ENDPOINTS)
    if not taken:
        return Finding("ports", "ok", f"{subnet} is free")
    fix = "stop the program that listens there, or choose another instance: --instance, INSTANCE= with make"
    return Finding("ports", "missing", f"{', '.join(taken)} taken", fix)


def _check_loopback() -> Finding:
    try:
        with socket.socket() as probe:
            probe.bind((PROBE, 0))
    except OSError as error:
        fix = "configure the loopback interface for all of 127.0.0.0/8"
        return Finding("ports", "missing", f"{PROBE}: {error.strerror}", fix)
    return Finding("ports", "ok", "make up chooses a free 127.x.y.0/24")


def _taken(subnet: str, endpoints: Sequence[tuple[int, int]]) -> list[str]:
    first = ip_network(subnet).network_address
    return [f"{first + host}:{port}" for host, port in endpoints if _accepts(f"{first + host}", port)]


def _accepts(host: str, port: int) -> bool:
    # A list of listening sockets would miss ports that an engine forwards by packet filter rules.
    with socket.socket() as probe:
        probe.settimeout(CONNECT_SECONDS)
        return probe.connect_ex((host, port)) == 0

"""Disk, memory and loopback ports."""

from __future__ import annotations

import re
import shutil
import socket
import tomllib
from collections.abc import Sequence
from ipaddress import ip_network
from pathlib import Path

from seatrial.doctor.finding import Finding
from seatrial.workspace import Workspace

GIB = 1024**3
DISK_GIB = 6.0
MEMORY_GIB = 2.0
MEMINFO = Path("/proc/meminfo")
PROBE = "127.64.0.250"
"""In the range that instances take their addresses from."""
ENDPOINTS = ((250, 5000), (251, 10000), (253, 5300), (254, 6443), *((host, 80) for host in range(1, 13)))
CONNECT_SECONDS = 0.5


def disk(what: str, path: Path, need: float = DISK_GIB) -> Finding:
    """Look at the free space (GiB) where a folder is or would be."""
    while not path.exists() and path != path.parent:
        path = path.parent
    free = shutil.disk_usage(path).free / GIB
    if free >= need:
        return Finding(what, "ok", f"{free:.0f} GiB free")
    return Finding(what, "missing", f"{free:.1f} GiB free of {need:.0f} needed", f"free some space at {path}")


def memory(running: int, meminfo: Path = MEMINFO, need: float = MEMORY_GIB) -> Finding:
    """Look at the available memory (GiB); an instance that runs has taken its share already."""
    found = re.search(r"^MemAvailable:\s+(\d+) kB", meminfo.read_text() if meminfo.exists() else "", re.M)
    if not found:
        return Finding("memory", "ok", "this system does not tell")
    free = int(found.group(1)) * 1024 / GIB
    if running or free >= need:
        return Finding("memory", "ok", f"{free:.1f} GiB available")
    return Finding(
        "memory", "missing", f"{free:.1f} GiB available of {need:.0f} needed", "end something large"
    )


def ports(workspace: Workspace, running: int) -> Finding:
    """Look whether the instance's addresses on loopback are its own, or free."""
    local = workspace.directory / "local.toml"
    if not local.exists():
        return _loopback()
    subnet = tomllib.loads(local.read_text()).get("instance", {}).get("subnet", "")
    if running:
        return Finding("ports", "ok", f"{subnet} is this instance's")
    taken = _taken(subnet, ENDPOINTS)
    if not taken:
        return Finding("ports", "ok", f"{subnet} is free")
    return Finding(
        "ports", "missing", f"{', '.join(taken)} taken", "end what listens there, or INSTANCE=another"
    )


def _loopback() -> Finding:
    try:
        with socket.socket() as probe:
            probe.bind((PROBE, 0))
    except OSError as error:
        return Finding(
            "ports", "missing", f"{PROBE}: {error.strerror}", "give the loopback all of 127.0.0.0/8"
        )
    return Finding("ports", "ok", "make up chooses a free 127.x.y.0/24")


def _taken(subnet: str, endpoints: Sequence[tuple[int, int]]) -> list[str]:
    first = ip_network(subnet).network_address
    return [f"{first + host}:{port}" for host, port in endpoints if _answers(f"{first + host}", port)]


def _answers(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(CONNECT_SECONDS)
        return probe.connect_ex((host, port)) == 0

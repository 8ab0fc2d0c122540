"""The state of the machine that an engine changes outside its own directories, and how to restore it."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from localcloud.engine import iptables

ENGINE_PATHS = (
    "/etc/docker/key.json",
    "/etc/docker",
    "/opt/containerd/bin",
    "/opt/containerd/lib",
    "/opt/containerd",
    "/run/containerd/s",
    "/run/containerd/io.containerd.runtime.v2.task",
    "/run/containerd",
    "/run/docker",
    "/run/xtables.lock",
)
FORWARDING = ("net/ipv4/ip_forward", "net/ipv6/conf/all/forwarding", "net/ipv6/conf/default/forwarding")


@dataclass(frozen=True)
class HostState:
    """The state of the machine before an engine was started.

    ``boot`` identifies the boot and the network namespace; ``absent`` lists paths that did not exist.
    """

    boot: str
    filter_rules: dict[str, list[str]] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    forwarding: dict[str, str] = field(default_factory=dict)


def capture(proc_sys: Path = Path("/proc/sys")) -> HostState:
    """Return the current state."""
    return HostState(
        boot=boot_id(),
        filter_rules={family: iptables.saved_rules(family) for family in iptables.FAMILIES},
        absent=[str(path) for path in engine_paths() if is_absent(path)],
        links=links(),
        forwarding={
            name: (proc_sys / name).read_text().strip() for name in FORWARDING if (proc_sys / name).exists()
        },
    )


def engine_paths(cgroups: Path = Path("/sys/fs/cgroup")) -> list[Path]:
    """Return the paths that an engine may create: configuration, run directories, control groups."""
    controllers = [cgroups, *(path for path in cgroups.glob("*") if path.is_dir())]
    return [*map(Path, ENGINE_PATHS), *(path / "docker" for path in controllers)]


def is_absent(path: Path) -> bool:
    """Return whether a path does not exist; one that this user may not look at counts as existing."""
    try:
        path.lstat()
    except PermissionError:
        return False
    except OSError:
        return True
    return False


def boot_id() -> str:
    """Return an identifier of this boot and of the current network namespace."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return f"{boot} {Path('/proc/self/ns/net').readlink()}"


def links() -> list[str]:
    """Return the names of the network interfaces of the current network namespace."""
    return sorted(psutil.net_io_counters(pernic=True, nowrap=False))


def restore_forwarding(before: HostState, proc_sys: Path = Path("/proc/sys")) -> None:
    """Set the IP forwarding settings to their previous values."""
    for name, value in before.forwarding.items():
        setting = proc_sys / name
        if setting.read_text().strip() != value:
            setting.write_text(value)


def remove_new_paths(before: HostState) -> None:
    """Remove the paths that did not exist before, except directories that are in use by others."""
    for name in before.absent:
        path = Path(name)
        with contextlib.suppress(OSError):
            if path.is_dir() and not path.is_symlink():
                _remove_empty(path)
            else:
                path.unlink(missing_ok=True)


def _remove_empty(path: Path) -> None:
    # Errors are ignored at every level: another process may create or remove a control group meanwhile.
    for folder, _, names in os.walk(path, topdown=False):
        for name in names:
            if Path(folder, name).is_socket():
                Path(folder, name).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            Path(folder).rmdir()

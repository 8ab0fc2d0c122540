"""What an engine leaves on a machine outside its own directories, and how that is taken back."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from pathlib import Path

from localcloud.engine.home import Before
from localcloud.errors import LocalcloudError
from localcloud.process import run

LEFT_BEHIND = (
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
SWITCHES = ("net/ipv4/ip_forward", "net/ipv6/conf/all/forwarding", "net/ipv6/conf/default/forwarding")
FAMILIES = ("iptables", "ip6tables")
COUNTERS = re.compile(r"\s*\[\d+:\d+\]")


def look(proc_sys: Path = Path("/proc/sys")) -> Before:
    """Return how the machine looks now."""
    return Before(
        boot=boot_id(),
        filter_rules={family: saved_rules(family) for family in FAMILIES},
        absent=[str(path) for path in places() if not path.exists()],
        links=links(),
        forwarding={
            name: (proc_sys / name).read_text().strip() for name in SWITCHES if (proc_sys / name).exists()
        },
    )


def places(cgroups: Path = Path("/sys/fs/cgroup")) -> list[Path]:
    """Return where an engine leaves something: settings, run directories, control groups."""
    controllers = [cgroups, *(path for path in cgroups.glob("*") if path.is_dir())]
    return [*map(Path, LEFT_BEHIND), *(path / "docker" for path in controllers)]


def boot_id() -> str:
    """Return the name of this boot, and of the network namespace whose rules and links are seen."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return f"{boot} {Path('/proc/self/ns/net').readlink()}"


def links() -> list[str]:
    """Return the network links of this network namespace."""
    # Not /sys/class/net: a new network namespace still shows the old one's there.
    lines = Path("/proc/self/net/dev").read_text().splitlines()[2:]
    return sorted(line.partition(":")[0].strip() for line in lines)


def saved_rules(family: str) -> list[str]:
    """Return the rules and policies that iptables or ip6tables saves, without counters and comments."""
    if shutil.which(family + "-save") is None:
        return []
    try:
        lines = run([family + "-save"], timeout=20).stdout.splitlines()
    except LocalcloudError:
        return []
    return [COUNTERS.sub("", line).rstrip() for line in lines if not line.startswith("#")]


def without_engine(now: list[str], before: list[str], bridges: list[str]) -> list[str]:
    """Return saved rules less what an engine added: its chains, the rules that name them or its bridges.

    Policies go back to what they were. Rules that anybody else added since stay.
    """
    policies = _policies(before)
    kept, table = [], ""
    for line in now:
        table = line[1:] if line.startswith("*") else table
        if line.startswith(":"):
            line = _policy(line, table, policies)
        if line and (line in before or not _of_engine(line, bridges)):
            kept.append(line)
    return kept


def _policies(lines: list[str]) -> dict[tuple[str, str], str]:
    found, table = {}, ""
    for line in lines:
        table = line[1:] if line.startswith("*") else table
        if line.startswith(":"):
            chain, policy = line[1:].split()[:2]
            found[table, chain] = policy
    return found


def _policy(line: str, table: str, policies: dict[tuple[str, str], str]) -> str:
    chain, policy = line[1:].split()[:2]
    builtin = policy != "-"
    return f":{chain} {policies.get((table, chain), 'ACCEPT') if builtin else policy}"


def _of_engine(line: str, bridges: list[str]) -> bool:
    if re.search(r"\bDOCKER(-[A-Z0-9-]+)?\b", line):
        return True
    return any(re.search(rf"-[io] {re.escape(bridge)}(\s|$)", line) for bridge in bridges)


def restore_rules(before: Before, bridges: list[str]) -> None:
    """Put the filter rules back, each family in one go."""
    for family in FAMILIES:
        now = saved_rules(family)
        wanted = without_engine(now, before.filter_rules.get(family, []), bridges)
        if now != wanted:
            run([family + "-restore"], timeout=20, input="\n".join(wanted) + "\n")


def restore_switches(before: Before, proc_sys: Path = Path("/proc/sys")) -> None:
    """Put the forwarding switches back."""
    for name, value in before.forwarding.items():
        switch = proc_sys / name
        if switch.read_text().strip() != value:
            switch.write_text(value)


def remove_paths(before: Before) -> None:
    """Remove the directories and files that were not there before; a directory that others use stays."""
    for name in before.absent:
        path = Path(name)
        with contextlib.suppress(OSError):
            if path.is_dir() and not path.is_symlink():
                _remove_empty(path)
            else:
                path.unlink(missing_ok=True)


def _remove_empty(path: Path) -> None:
    # Bottom up, and without complaint: a control group of somebody else may come and go meanwhile.
    for folder, _, names in os.walk(path, topdown=False):
        for name in names:
            if Path(folder, name).is_socket():
                Path(folder, name).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            Path(folder).rmdir()

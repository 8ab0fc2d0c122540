"""The engine that runs containers."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docker
from docker.errors import DockerException
from requests import RequestException

from seatrial.doctor.finding import Finding
from seatrial.workspace import Workspace

ASK_SECONDS = 5
OS_RELEASE = Path("/etc/os-release")
CGROUP2 = Path("/sys/fs/cgroup/cgroup.controllers")


@dataclass(frozen=True)
class Engine:
    """What an engine says of itself; `info` is empty and `trouble` says why where none answers."""

    info: Mapping[str, Any] = field(default_factory=dict)
    running: int = 0
    trouble: str = ""


def ask(workspace: Workspace) -> Engine:
    """Ask the engine that this user's environment names, and count the instance's containers there."""
    mine = [f"seatrial.instance={workspace.instance}", f"seatrial.workspace={workspace.root}"]
    try:
        client = docker.from_env(timeout=ASK_SECONDS)
        try:
            return Engine(client.info(), len(client.containers.list(filters={"label": mine})))
        finally:
            client.close()
    except (DockerException, RequestException, OSError) as error:
        return Engine(trouble=_why(error))


def installable(os_release: Path = OS_RELEASE) -> bool:
    """Return whether `make up` could install an engine: root on Debian or Ubuntu."""
    told = os_release.read_text() if os_release.is_file() else ""
    return os.geteuid() == 0 and bool(re.search(r"^ID(_LIKE)?=.*\b(debian|ubuntu)\b", told, re.M))


def engine(found: Engine, *, installable: bool) -> Finding:
    """Judge whether containers can run here."""
    if found.info:
        return Finding("engine", "ok", f"Docker {found.info.get('ServerVersion', '')} answers")
    if installable:
        return Finding("engine", "later", found.trouble, "make up installs and starts one")
    cure = "start Docker, or give yourself the right to use it (group docker)"
    return Finding("engine", "missing", found.trouble, cure)


def cgroup(found: Engine, controllers: Path = CGROUP2) -> Finding:
    """Tell the cgroup version; both do, but on 1 only a Kubernetes up to 1.34 starts unasked."""
    version = found.info.get("CgroupVersion") or ("2" if controllers.exists() else "1")
    return Finding("cgroup", "ok", f"v{version}" + (", Kubernetes up to 1.34" if version == "1" else ""))


def _why(error: Exception) -> str:
    text = str(error)
    if "Permission denied" in text:
        return "the engine's socket refuses this user"
    if "FileNotFoundError" in text or "No such file" in text:
        return "there is no engine's socket"
    return "no engine answers"

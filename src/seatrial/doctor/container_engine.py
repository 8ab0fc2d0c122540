"""The container engine: whether it responds, and whether it can be installed."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docker
from docker.errors import DockerException
from requests import RequestException

from seatrial.doctor.finding import Finding
from seatrial.workspace import Workspace

REQUEST_SECONDS = 5
CGROUP2 = Path("/sys/fs/cgroup/cgroup.controllers")


@dataclass(frozen=True)
class EngineStatus:
    """An engine's `info` and the number of running containers of the instance.

    If no engine responds, `info` is empty and `problem` is the reason.
    """

    info: Mapping[str, Any] = field(default_factory=dict)
    running: int = 0
    problem: str = ""


def engine_status(workspace: Workspace) -> EngineStatus:
    """Query the engine that this user's environment names, and count the instance's containers."""
    labels = [f"seatrial.instance={workspace.instance}", f"seatrial.workspace={workspace.root}"]
    try:
        client = docker.from_env(timeout=REQUEST_SECONDS)
        try:
            return EngineStatus(client.info(), len(client.containers.list(filters={"label": labels})))
        finally:
            client.close()
    except (DockerException, RequestException, OSError) as error:
        return EngineStatus(problem=_reason(error))


def installable(os_release: Mapping[str, str] | None = None) -> bool:
    """Return whether `make up` can install an engine: as root, on Debian or Ubuntu.

    `os_release` has the fields of /etc/os-release; None reads this machine's.
    """
    found = _os_release() if os_release is None else os_release
    systems = {found.get("ID", ""), *found.get("ID_LIKE", "").split()}
    return os.geteuid() == 0 and bool(systems & {"debian", "ubuntu"})


def check_engine(status: EngineStatus, *, installable: bool) -> Finding:
    """Return whether containers can run here."""
    if status.info:
        return Finding("engine", "ok", f"Docker {status.info.get('ServerVersion', '')} responds")
    if installable:
        return Finding("engine", "later", status.problem, "make up installs and starts one")
    fix = "start Docker, and add this user to the group docker"
    return Finding("engine", "missing", status.problem, fix)


def check_cgroup(status: EngineStatus, controllers: Path = CGROUP2) -> Finding:
    """Return the cgroup version. Kubernetes 1.35 and later refuse to start on version 1 by default."""
    version = status.info.get("CgroupVersion") or ("2" if controllers.exists() else "1")
    return Finding("cgroup", "ok", f"v{version}" + (", Kubernetes up to 1.34" if version == "1" else ""))


def _os_release() -> Mapping[str, str]:
    try:
        return platform.freedesktop_os_release()
    except OSError:
        return {}


def _reason(error: Exception) -> str:
    text = str(error)
    if "Permission denied" in text:
        return "this user may not open the engine's socket"
    if "FileNotFoundError" in text or "No such file" in text:
        return "the engine's socket does not exist"
    return "no engine responds"

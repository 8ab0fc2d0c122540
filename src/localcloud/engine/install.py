"""Install the container engine and other programs from the distribution's packages."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Mapping
from pathlib import Path

from localcloud.errors import LocalcloudError
from localcloud.process import run
from localcloud.progress import ProgressReporter

# Programs and their packages. Removing the engine's bridges needs ip, which docker.io does not depend on.
ENGINE = {"dockerd": "docker.io", "iptables": "iptables", "ip": "iproute2"}
BOOTSTRAP = {
    "mmdebstrap": "mmdebstrap",
    "/usr/share/keyrings/debian-archive-keyring.gpg": "debian-archive-keyring",
}
SYSTEMD = Path("/run/systemd/system")
# In Debian 12 these are part of docker.io, in Debian 13 packages of their own.
CLIENTS = ("docker-cli", "docker-buildx")
UPDATE_SECONDS = 300
INSTALL_SECONDS = 900


def missing(tools: dict[str, str]) -> list[str]:
    """Return the packages whose program, or file for an absolute path, does not exist."""
    return [package for tool, package in tools.items() if not (shutil.which(tool) or Path(tool).is_file())]


def is_debian(os_release: Mapping[str, str] | None = None) -> bool:
    """Return whether this is Debian, Ubuntu or a derivative; ``os_release`` replaces /etc/os-release."""
    if os_release is None:
        try:
            os_release = platform.freedesktop_os_release()
        except OSError:
            return False
    names = {os_release.get("ID", ""), *os_release.get("ID_LIKE", "").split()}
    return bool({"debian", "ubuntu"} & names)


def install(
    tools: dict[str, str],
    progress: ProgressReporter,
    *,
    why: str,
    elsewhere: str = "install Docker and start it, then try again",
    os_release: Mapping[str, str] | None = None,
) -> None:
    """Install the packages of ``tools`` that are missing; ``why`` is the reason in error texts.

    ``elsewhere`` is the hint for a system without these packages.

    Raises LocalcloudError if this is not Debian or Ubuntu, if this user is not root, or if apt-get fails.
    """
    packages = missing(tools)
    if not packages:
        return
    command = f"apt-get install --no-install-recommends {' '.join(packages)}"
    if not is_debian(os_release):
        raise LocalcloudError(
            f"{why}, and packages can be installed on Debian and Ubuntu only",
            elsewhere,
        )
    if os.geteuid() != 0:
        raise LocalcloudError(f"{why}, and only root can install it", f"sudo {command}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with progress.step(f"install {' '.join(packages)}", "installing"):
        hint = f"run {command}"
        run(["apt-get", "update", "-qq"], timeout=UPDATE_SECONDS, env=environment, hint=hint)
        run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages, *_clients(packages)],
            timeout=INSTALL_SECONDS,
            env=environment,
            hint=hint,
        )


def _clients(packages: list[str]) -> list[str]:
    if "docker.io" not in packages:
        return []
    available = run(["apt-cache", "pkgnames", "docker-"], timeout=60).stdout.split()
    return [name for name in CLIENTS if name in available]


def start_by_systemd(progress: ProgressReporter) -> None:
    """Start docker.service if this is root and systemd runs. `down` does not stop such an engine."""
    if SYSTEMD.is_dir() and os.geteuid() == 0:
        with progress.step("start docker.service", "starting"):
            run(["systemctl", "start", "docker"], timeout=120, hint="run journalctl -u docker")

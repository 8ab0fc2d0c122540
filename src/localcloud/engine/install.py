"""Installing an engine, or the means to make a base image, from the system's own packages."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from localcloud.errors import LocalcloudError
from localcloud.process import run
from localcloud.report import Report

# Taking an engine away again needs ip, which docker.io does not bring along.
ENGINE = {"dockerd": "docker.io", "iptables": "iptables", "ip": "iproute2"}
BOOTSTRAP = {
    "mmdebstrap": "mmdebstrap",
    "/usr/share/keyrings/debian-archive-keyring.gpg": "debian-archive-keyring",
}
OS_RELEASE = Path("/etc/os-release")
SYSTEMD = Path("/run/systemd/system")
# Debian 13 keeps the client and its builder in packages of their own, Debian 12 has no such packages.
CLIENTS = ("docker-cli", "docker-buildx")
UPDATE_SECONDS = 300
INSTALL_SECONDS = 900


def missing(tools: dict[str, str]) -> list[str]:
    """Return the packages whose program (or file, where a path is given) is not here."""
    return [package for tool, package in tools.items() if not (shutil.which(tool) or Path(tool).is_file())]


def is_debian(os_release: Path = OS_RELEASE) -> bool:
    """Say whether this is Debian, Ubuntu or one of their children."""
    if not os_release.is_file():
        return False
    lines = os_release.read_text().splitlines()
    named = [
        line.partition("=")[2].strip('"').split() for line in lines if line.startswith(("ID=", "ID_LIKE="))
    ]
    return any({"debian", "ubuntu"} & set(names) for names in named)


def install(tools: dict[str, str], report: Report, *, why: str, os_release: Path = OS_RELEASE) -> None:
    """Install what is missing of ``tools``; does nothing where all is there.

    Raises LocalcloudError where this is no Debian or Ubuntu, where this user is not root, or where apt fails.
    """
    packages = missing(tools)
    if not packages:
        return
    by_hand = f"apt-get install --no-install-recommends {' '.join(packages)}"
    if not is_debian(os_release):
        raise LocalcloudError(
            f"{why}, and this is not Debian or Ubuntu", "install Docker and start it, then try again"
        )
    if os.geteuid() != 0:
        raise LocalcloudError(f"{why}, and only root may install it", f"sudo {by_hand}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with report.step(f"install {' '.join(packages)}"):
        hint = f"see what apt says to: {by_hand}"
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
    offered = run(["apt-cache", "pkgnames", "docker-"], timeout=60).stdout.split()
    return [name for name in CLIENTS if name in offered]


def start_by_systemd(report: Report) -> None:
    """Have systemd start the engine where systemd runs the machine; it is then the machine's, not ours."""
    if SYSTEMD.is_dir() and os.geteuid() == 0:
        with report.step("start docker.service"):
            run(["systemctl", "start", "docker"], timeout=120, hint="journalctl -u docker says why")

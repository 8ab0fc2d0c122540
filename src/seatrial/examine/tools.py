"""Python, make, git and the client that builds images."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from seatrial.errors import OutsideError
from seatrial.examine.finding import Finding
from seatrial.process import run

PYTHON = (3, 11)
BUILDKIT_WITHIN = 22
"""The last major version of Docker's client that needs no plugin for BuildKit."""
CLIENTS = ("docker", "/usr/bin/docker")
ASK_SECONDS = 10


def python(version: Sequence[int] = sys.version_info[:3]) -> Finding:
    """Look at this very interpreter, or at the version given."""
    told = ".".join(str(part) for part in version[:3])
    if tuple(version[:2]) >= PYTHON:
        return Finding("python", "ok", told)
    return Finding("python", "missing", told, "install Python 3.11 or newer, and give make PYTHON=its name")


def tool(name: str) -> Finding:
    """Look for a command on PATH, and ask its version."""
    cure = f"install {name}; on Debian and Ubuntu: apt-get install {name}"
    try:
        told = run([name, "--version"], timeout=ASK_SECONDS).output
    except OutsideError as error:
        return Finding(name, "missing", error.message, cure)
    return Finding(name, "ok", next(iter(re.findall(r"\d+(?:\.\d+)+", told)), "there"))


def build_client(clients: Sequence[str] = CLIENTS, *, installable: bool) -> Finding:
    """Look for a Docker client that can do BuildKit, which cache and secret mounts need."""
    found = list(_clients(clients))
    for client, version in found:
        if int(version.partition(".")[0]) <= BUILDKIT_WITHIN:
            return Finding("build client", "ok", f"{client} {version}, BuildKit within")
        if run([client, "buildx", "version"], timeout=ASK_SECONDS, check=False).code == 0:
            return Finding("build client", "ok", f"{client} {version} with buildx")
    if found:
        detail, cure = "{} {} has no buildx".format(*found[0]), "install Docker's buildx plugin"
        return Finding("build client", "missing", detail, cure)
    if installable:
        return Finding("build client", "later", "no docker command", "make up installs one")
    return Finding("build client", "missing", "no docker command", "install Docker")


def _clients(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        if not shutil.which(name) or (name != names[0] and _same(name, names[0])):
            continue
        told = run([name, "--version"], timeout=ASK_SECONDS, check=False).output
        version = re.search(r"version (\d+(?:\.\d+)*)", told)
        if version:
            yield name, version.group(1)


def _same(one: str, other: str) -> bool:
    return Path(shutil.which(one) or one).resolve() == Path(shutil.which(other) or other).resolve()

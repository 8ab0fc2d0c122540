"""Python, make, git and the client that builds images."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Sequence

from seatrial.doctor.finding import Finding
from seatrial.errors import OutsideError
from seatrial.image.builder import find_builder
from seatrial.process import run

PYTHON = (3, 11)
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


def build_client(*, installable: bool) -> Finding:
    """Look for a Docker client that can do BuildKit, which cache and secret mounts need."""
    try:
        client, _ = find_builder()
    except OutsideError as error:
        if installable and not shutil.which("docker"):
            return Finding("build client", "later", "no docker command", "make up installs one")
        return Finding("build client", "missing", error.message, error.hint)
    how = "with buildx" if "buildx" in client else "with BuildKit within"
    return Finding("build client", "ok", f"{client[0]} {how}")

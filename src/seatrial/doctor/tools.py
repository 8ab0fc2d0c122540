"""Python, make, git and the client that builds images."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Sequence

from seatrial.doctor.finding import Finding
from seatrial.errors import OutsideError
from seatrial.image.builder import find_builder
from seatrial.process import NotInstalledError, run

PYTHON = (3, 11)
COMMAND_SECONDS = 10


def check_python(version: Sequence[int] = sys.version_info[:3]) -> Finding:
    """Check the version of the interpreter that runs this."""
    text = ".".join(str(part) for part in version[:3])
    if tuple(version[:2]) >= PYTHON:
        return Finding("python", "ok", text)
    return Finding("python", "missing", text, "install Python 3.11 or newer, and run make PYTHON=python3.11")


def check_tool(name: str) -> Finding:
    """Check that a command is on PATH, and return its version."""
    try:
        output = run([name, "--version"], timeout=COMMAND_SECONDS).output
    except OutsideError as error:
        install = f"install {name}; on Debian and Ubuntu: apt-get install {name}"
        fix = install if isinstance(error, NotInstalledError) else error.hint or install
        return Finding(name, "missing", error.message, fix)
    return Finding(name, "ok", next(iter(re.findall(r"\d+(?:\.\d+)+", output)), "version unknown"))


def check_build_client(*, installable: bool) -> Finding:
    """Check that a Docker client with BuildKit exists; the Dockerfile uses its cache and secret mounts."""
    try:
        client, _ = find_builder()
    except OutsideError as error:
        if installable and not shutil.which("docker"):
            return Finding("build client", "later", "there is no docker command", "make up installs one")
        return Finding("build client", "missing", error.message, error.hint)
    builder = "with buildx" if "buildx" in client else "with built-in BuildKit"
    return Finding("build client", "ok", f"{client[0]} {builder}")

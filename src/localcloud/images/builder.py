"""Build images with BuildKit."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from localcloud import process
from localcloud.cache import build_log_path
from localcloud.errors import LocalcloudError

BUILD_SECONDS = 3600
# Older clients contain a BuildKit client; from this major version on it is in the buildx plugin.
FIRST_WITH_PLUGIN = 23
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")
DISK_FULL = re.compile(r"no space left on device|ENOSPC|disk quota exceeded", re.IGNORECASE)


@dataclass(frozen=True)
class Build:
    """One build: a context directory with a Dockerfile, build arguments, and a result.

    The result is an image named ``tag``, or the files of the stage ``target`` in the directory ``output``.
    """

    name: str
    context: Path
    tag: str = ""
    arguments: Mapping[str, str] | None = None
    target: str = ""
    output: Path | None = None


@cache
def find_buildkit_client() -> str:
    """Return the path of a Docker client that supports BuildKit; raise LocalcloudError if there is none."""
    paths = [shutil.which("docker"), "/usr/local/bin/docker", "/usr/bin/docker"]
    for program in dict.fromkeys(path for path in paths if path and Path(path).is_file()):
        if _supports_buildkit(program):
            return program
    raise LocalcloudError(
        "No Docker client with BuildKit found",
        "apt-get install docker-buildx (Debian 12: docker.io), or install Docker's buildx plugin",
    )


def _supports_buildkit(program: str) -> bool:
    try:
        output = process.run([program, "--version"], timeout=20).stdout
        version = re.search(r"version (\d+)\.", output)
        if version and int(version[1]) < FIRST_WITH_PLUGIN:
            return True
        process.run([program, "buildx", "version"], timeout=20)
    except LocalcloudError:
        return False
    return True


def build(job: Build, host: str) -> Path:
    """Run a build and return the path of its log.

    Raises LocalcloudError with the end of the log; a full disk has its own error text.
    """
    log = build_log_path(f"{job.name}-{job.target}" if job.target else job.name)
    environment = {**os.environ, "DOCKER_HOST": host, "DOCKER_BUILDKIT": "1"}
    try:
        process.run(command(job, find_buildkit_client()), timeout=BUILD_SECONDS, env=environment, log=log)
    except LocalcloudError as error:
        raise build_error(job.name, error, log) from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise _disk_full(job.name, process.log_tail(log)) from error
        raise
    return log


def command(job: Build, program: str) -> list[str]:
    """Return the command line. Proxy variables are passed by name, so that no password is in an argument."""
    words = [program, "build", "--progress=plain", f"--label=seatrial.image={job.name}"]
    for key, value in (job.arguments or {}).items():
        words += ["--build-arg", f"{key}={value}"]
    words += [word for name in PROXIES if name in os.environ for word in ("--build-arg", name)]
    words += _certificates(os.environ)
    words += ["--tag", job.tag] if job.tag else []
    words += ["--target", job.target] if job.target else []
    words += ["--output", f"type=local,dest={job.output}"] if job.output else []
    return [*words, str(job.context)]


def _certificates(environment: Mapping[str, str]) -> Sequence[str]:
    # A build secret, because the certificates of a TLS-inspecting proxy must not be part of an image.
    path = environment.get("SSL_CERT_FILE")
    return ["--secret", f"id=ca,src={path}"] if path and Path(path).is_file() else []


def build_error(name: str, error: LocalcloudError, log: Path) -> LocalcloudError:
    """Return an error that names the image, with the hint for a full disk if that is the reason."""
    if DISK_FULL.search(error.log_tail):
        return _disk_full(name, error.log_tail)
    return LocalcloudError(
        f"Building the {name} image failed: {error.message}", f"read {log}", error.log_tail
    )


def _disk_full(name: str, output: str) -> LocalcloudError:
    return LocalcloudError(
        f"Building the {name} image failed: the disk is full",
        "free space (docker system df shows what the container engine uses), then try again",
        output,
    )

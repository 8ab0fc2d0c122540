"""Building an image by BuildKit, with whichever Docker client of this machine can."""

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
from localcloud.engine.home import cache_dir
from localcloud.errors import LocalcloudError

BUILD_SECONDS = 3600
# Clients older than this speak BuildKit by themselves; newer ones leave it to their plugin.
FIRST_WITHOUT = 23
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")
FULL = re.compile(r"no space left on device|ENOSPC|disk quota exceeded", re.IGNORECASE)


@dataclass(frozen=True)
class Build:
    """One build: a context folder with its Dockerfile, its arguments, and what becomes of the result.

    ``tag`` names the image; without one, the files of the stage ``target`` go to the folder ``output``.
    """

    name: str
    context: Path
    tag: str = ""
    arguments: Mapping[str, str] | None = None
    target: str = ""
    output: Path | None = None


@cache
def client_program() -> str:
    """Return the Docker client that can build by BuildKit. Raises LocalcloudError where there is none."""
    found = [shutil.which("docker"), "/usr/local/bin/docker", "/usr/bin/docker"]
    for program in dict.fromkeys(path for path in found if path and Path(path).is_file()):
        if _can_build(program):
            return program
    raise LocalcloudError(
        "No Docker client here can build with BuildKit",
        "apt-get install docker-buildx (Debian 12: docker.io), or Docker's own buildx plugin",
    )


def _can_build(program: str) -> bool:
    try:
        said = process.run([program, "--version"], timeout=20).stdout
        version = re.search(r"version (\d+)\.", said)
        if version and int(version[1]) < FIRST_WITHOUT:
            return True
        process.run([program, "buildx", "version"], timeout=20)
    except LocalcloudError:
        return False
    return True


def build(job: Build, host: str) -> Path:
    """Build, and return the file with all that the builder said.

    Raises LocalcloudError with the log's end; a full disk is told as that.
    """
    log = cache_dir() / "logs" / f"image-{job.name}{'-' + job.target if job.target else ''}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "DOCKER_HOST": host, "DOCKER_BUILDKIT": "1"}
    try:
        process.run(command(job, client_program()), timeout=BUILD_SECONDS, env=environment, log=log)
    except LocalcloudError as error:
        raise explained(job.name, error, log) from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise _full(job.name, log) from error
        raise
    return log


def command(job: Build, program: str) -> list[str]:
    """Return the words of the build. Proxies go by name, so that a password in one is in no argument."""
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
    # A machine behind an inspecting proxy names its own authorities: lent to the build, never copied.
    named = environment.get("SSL_CERT_FILE")
    return ["--secret", f"id=ca,src={named}"] if named and Path(named).is_file() else []


def explained(name: str, error: LocalcloudError, log: Path) -> LocalcloudError:
    """Return the failure of a build in words that name the image, and the cure where the reason is known."""
    if FULL.search(error.log_tail):
        return _full(name, log, error.log_tail)
    return LocalcloudError(
        f"The image {name} could not be built: {error.message}", f"read {log}", error.log_tail
    )


def _full(name: str, log: Path, said: str = "") -> LocalcloudError:
    return LocalcloudError(
        f"The disk is full: the image {name} could not be built",
        "make room (docker system df tells what the engine holds), then run the same again",
        said or process.log_tail(log),
    )

"""Builds images with BuildKit: by buildx, or by an older docker client that has BuildKit built in."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from seatrial.errors import OutsideError
from seatrial.image.docker_client import engine_error
from seatrial.image.registry_refusals import find_cause
from seatrial.process import run

BUILD_SECONDS = 900
VERSION_SECONDS = 20
# Newer clients without the plugin use the legacy builder, which has no secret mounts.
LAST_WITH_BUILDKIT = 22
DEBIAN = "/usr/bin/docker"
NO_BASE = re.compile(r"metadata for|LLB definition: (?!dockerfile)|pull access denied|manifest unknown")


@dataclass(frozen=True)
class BuildInputs:
    """Everything an image is built from; `ca` is an optional bundle of certificates to trust."""

    context: Path
    base: str
    commit: str
    labels: Mapping[str, str]
    ca: Path | None = None


def build_image(inputs: BuildInputs, clients: Iterable[str] | None = None) -> str:
    """Build the image and return its image id. No tag is set.

    `clients` are the docker clients to choose from, by default those of this machine. Raises OutsideError if
    none has BuildKit, the base image cannot be pulled, or the build fails.
    """
    command, environment = find_builder(clients)
    id_file = inputs.context.parent / "image-id"
    argv = [*command, *_options(inputs), "--iidfile", str(id_file), str(inputs.context)]
    done = run(argv, timeout=BUILD_SECONDS, env=environment, check=False)
    if done.code != 0:
        raise _failure(done.output, inputs.base)
    return id_file.read_text().strip()


def find_builder(clients: Iterable[str] | None = None) -> tuple[list[str], dict[str, str]]:
    """Return the command that builds with BuildKit and the environment variables it needs.

    Raises OutsideError if none of the docker clients has BuildKit.
    """
    candidates = list(docker_clients() if clients is None else clients)
    for client in candidates:
        if run([client, "buildx", "version"], timeout=VERSION_SECONDS, check=False).code == 0:
            return [client, "buildx", "build", "--builder=default", "--load", "--provenance=false"], {}
    for client in candidates:
        if _major_version(client) <= LAST_WITH_BUILDKIT:
            return [client, "build"], {"DOCKER_BUILDKIT": "1"}
    raise OutsideError("no docker client has BuildKit", "install docker-buildx (or docker.io of Debian)")


def docker_clients() -> list[str]:
    """Return the docker clients of this machine, the one on PATH first."""
    paths = dict.fromkeys(path for path in (shutil.which("docker"), DEBIAN) if path)
    return [path for path in paths if Path(path).exists()]


def _major_version(client: str) -> int:
    output = run([client, "--version"], timeout=VERSION_SECONDS, check=False).output
    found = re.search(r"version (\d+)", output)
    return int(found[1]) if found else LAST_WITH_BUILDKIT + 1


def _options(inputs: BuildInputs) -> list[str]:
    options = ["--progress=plain", "--build-arg", f"BASE={inputs.base}"]
    options += ["--build-arg", f"APP_COMMIT={inputs.commit}"]
    for name, value in inputs.labels.items():
        options += ["--label", f"{name}={value}"]
    if inputs.ca:
        options += ["--secret", f"id=ca,src={inputs.ca}"]
    return options


def _failure(log: str, base: str) -> OutsideError:
    errors = _errors(log)
    if NO_BASE.search(errors):
        cause = find_cause(errors)
        why = f": its registry {cause.what}" if cause else ""
        hint = f"{cause.hint.format(address=_registry_of(base))}; or " if cause else ""
        return OutsideError(
            f"the base image {base} cannot be pulled{why}",
            f"{hint}`make cloud` builds one if no registry has it",
        )
    return engine_error("building the image", log)


def _registry_of(base: str) -> str:
    """Return the registry of an image's name; without one it is Docker Hub."""
    host, slash, _ = base.partition("/")
    return host if slash and (set(host) & {".", ":"} or host == "localhost") else "docker.io"


def _errors(log: str) -> str:
    return "\n".join(line for line in log.splitlines() if re.search(r"error|failed|denied", line, re.I))

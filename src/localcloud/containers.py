"""The containers of the parts."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from docker import DockerClient
from docker.errors import APIError, NotFound
from docker.models.containers import Container

from localcloud.errors import LocalcloudError
from localcloud.instance import Instance
from localcloud.process import tail
from localcloud.wait import until

SPEC_LABEL = "seatrial.spec"
# An unprivileged user without an account on the machine.
USER = 10001
STOP_SECONDS = 10


@dataclass(frozen=True)
class ContainerFile:
    """A file that is copied into a container, so that `docker inspect` does not show its content."""

    path: str
    content: str
    mode: int = 0o400


@dataclass(frozen=True)
class ContainerSpec:
    """The desired container of a part.

    ``ports`` maps a container port such as `5000/tcp` to an address and port of the machine, ``volumes`` a
    volume name to a mount path. With ``reads_only`` the volumes cannot be written.
    """

    part: str
    image: str
    entrypoint: list[str]
    ports: dict[str, tuple[str, int]] = field(default_factory=dict)
    volumes: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    files: list[ContainerFile] = field(default_factory=list)
    reads_only: bool = False

    @property
    def digest(self) -> str:
        """A hash that changes with every field."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]


def ensure(client: DockerClient, instance: Instance, spec: ContainerSpec) -> Container:
    """Return the part's running container; replace one that is stopped or was created from another spec.

    Raises LocalcloudError if the engine refuses to create it.
    """
    container = find(client, instance.container(spec.part))
    if container and container.status == "running" and container.labels.get(SPEC_LABEL) == spec.digest:
        return container
    if container:
        if container.status == "running":
            # Azurite saves its index every few seconds and at SIGTERM; killing it loses acknowledged writes.
            container.stop(timeout=STOP_SECONDS)
        container.remove(force=True)
    return _create(client, instance, spec)


def find(client: DockerClient, name: str) -> Container | None:
    """Return a container by name, or None."""
    try:
        return client.containers.get(name)
    except NotFound:
        return None


def wait_until_ready(container: Container, ready: Callable[[], bool], seconds: float, part: str) -> None:
    """Wait until ``ready`` returns True.

    Raises LocalcloudError with the end of the container's log if it exits or the deadline passes.
    """
    hint = f"run docker logs {container.name}"

    def look() -> bool:
        if ready():
            return True
        container.reload()
        if container.status != "running":
            raise LocalcloudError(f"{part} exited right after the start", hint, log(container))
        return False

    until(f"{part} was not ready", look, seconds, hint=hint, log=lambda: log(container))


def log(container: Container, lines: int = 20) -> str:
    """Return the last lines of a container's log."""
    return tail(container.logs(tail=lines).decode(errors="replace"), lines)


def put_files(container: Container, files: list[ContainerFile], owner: int = USER) -> None:
    """Copy files into a container, running or stopped; create their directories."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for file in files:
            entry = tarfile.TarInfo(file.path.lstrip("/"))
            content = file.content.encode()
            entry.size, entry.mode, entry.uid, entry.gid = len(content), file.mode, owner, owner
            archive.addfile(entry, io.BytesIO(content))
    container.put_archive("/", buffer.getvalue())


def _create(client: DockerClient, instance: Instance, spec: ContainerSpec) -> Container:
    labels = {**instance.labels(spec.part), SPEC_LABEL: spec.digest}
    for volume in spec.volumes:
        client.volumes.create(volume, labels=instance.labels(spec.part))
    try:
        container = client.containers.create(spec.image, [], labels=labels, **_options(instance, spec))
        put_files(container, spec.files)
        container.start()
    except APIError as error:
        raise LocalcloudError(
            f"The container engine refused to start {spec.part}: {error.explanation or error}",
            "run make status to see what is running",
        ) from error
    container.reload()
    return container


def _options(instance: Instance, spec: ContainerSpec) -> dict[str, Any]:
    mode = "ro" if spec.reads_only else "rw"
    return {
        "name": instance.container(spec.part),
        "hostname": spec.part,
        "entrypoint": spec.entrypoint,
        "environment": spec.environment,
        "network": instance.docker_name,
        "ports": spec.ports,
        "volumes": {name: {"bind": folder, "mode": mode} for name, folder in spec.volumes.items()},
        "user": f"{USER}:{USER}",
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "init": False,
        "restart_policy": {"Name": "unless-stopped"},
        "log_config": {"type": "json-file", "config": {"max-size": "10m", "max-file": "2"}},
    }

"""A part's container as it should be, and making it so."""

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
from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

from localcloud.errors import LocalcloudError
from localcloud.instance import Instance
from localcloud.process import tail

SPEC = "seatrial.spec"
# The user inside the containers of the parts: nobody on the machine.
USER = 10001
STOP_SECONDS = 10


@dataclass(frozen=True)
class File:
    """A file put into a container before it starts; neither its command nor its environment tells it."""

    path: str
    content: str
    mode: int = 0o400


@dataclass(frozen=True)
class Spec:
    """A part's container: `ports` maps `5000/tcp` to an address and port, `volumes` a volume to a folder."""

    part: str
    image: str
    entrypoint: list[str]
    ports: dict[str, tuple[str, int]] = field(default_factory=dict)
    volumes: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    files: list[File] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """What tells this specification from another."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]


def ensure(client: DockerClient, instance: Instance, spec: Spec) -> Container:
    """Return the part's container, running and as specified: as it is, or made anew.

    Raises LocalcloudError where the engine refuses.
    """
    container = find(client, instance.container(spec.part))
    if container and container.status == "running" and container.labels.get(SPEC) == spec.digest:
        return container
    if container:
        if container.status == "running":
            # Azurite writes what it knows on being told to stop, and else every few seconds only.
            container.stop(timeout=STOP_SECONDS)
        container.remove(force=True)
    return _make(client, instance, spec)


def find(client: DockerClient, name: str) -> Container | None:
    """Return a container by name, or None."""
    try:
        return client.containers.get(name)
    except NotFound:
        return None


def wait(container: Container, ready: Callable[[], bool], seconds: float, part: str) -> None:
    """Wait until a part is ready; LocalcloudError carries its log's end where it ends or takes too long."""

    def look() -> bool:
        if ready():
            return True
        container.reload()
        if container.status != "running":
            hint = f"docker logs {container.name}"
            raise LocalcloudError(f"{part} ended as soon as it was started", hint, log(container))
        return False

    try:
        Retrying(
            stop=stop_after_delay(seconds), wait=wait_fixed(0.1), retry=retry_if_result(lambda ok: not ok)
        )(look)
    except RetryError as error:
        raise LocalcloudError(
            f"{part} did not answer within {seconds:.0f} s", f"docker logs {container.name}", log(container)
        ) from error


def log(container: Container, lines: int = 20) -> str:
    """Return the last lines that a container wrote."""
    return tail(container.logs(tail=lines).decode(errors="replace"), lines)


def put(container: Container, files: list[File], owner: int = USER) -> None:
    """Put files into a container, running or not, with the folders they need."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for file in files:
            entry = tarfile.TarInfo(file.path.lstrip("/"))
            content = file.content.encode()
            entry.size, entry.mode, entry.uid, entry.gid = len(content), file.mode, owner, owner
            archive.addfile(entry, io.BytesIO(content))
    container.put_archive("/", buffer.getvalue())


def _make(client: DockerClient, instance: Instance, spec: Spec) -> Container:
    labels = {**instance.labels(spec.part), SPEC: spec.digest}
    for volume in spec.volumes:
        client.volumes.create(volume, labels=instance.labels(spec.part))
    try:
        container = client.containers.create(spec.image, [], labels=labels, **_options(instance, spec))
        put(container, spec.files)
        container.start()
    except APIError as error:
        raise LocalcloudError(
            f"The engine refused {spec.part}: {error.explanation or error}",
            "localcloud status shows what runs",
        ) from error
    container.reload()
    return container


def _options(instance: Instance, spec: Spec) -> dict[str, Any]:
    return {
        "name": instance.container(spec.part),
        "hostname": spec.part,
        "entrypoint": spec.entrypoint,
        "environment": spec.environment,
        "network": instance.docker_name,
        "ports": spec.ports,
        "volumes": {name: {"bind": folder, "mode": "rw"} for name, folder in spec.volumes.items()},
        "user": f"{USER}:{USER}",
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "init": False,
        "restart_policy": {"Name": "unless-stopped"},
        "log_config": {"type": "json-file", "config": {"max-size": "10m", "max-file": "2"}},
    }

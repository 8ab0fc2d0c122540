"""The cluster: kind, unmodified, with one node on the instance's network."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from docker import DockerClient
from docker.errors import APIError
from docker.models.containers import Container
from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

from localcloud import containers, secret
from localcloud.addresses import Addresses
from localcloud.containers import File
from localcloud.errors import LocalcloudError
from localcloud.instance import Instance
from localcloud.parts import inside, kindconfig, node, registry
from localcloud.process import run

PART = "cluster"


@dataclass(frozen=True)
class Kind:
    """kind's program, the engine it talks to, the node image, and how long a node may take (seconds)."""

    program: Path
    engine: str
    image: str
    built_here: bool
    ready_seconds: int = 180
    heal_seconds: int = 60


def ensure(client: DockerClient, instance: Instance, addresses: Addresses, kind: Kind) -> Container:
    """Return the node of a cluster that is Ready and pulls from the instance's registry.

    A node that was stopped is started again; one that cannot be brought back, or was made from another
    configuration, is replaced. Raises LocalcloudError where a new one never becomes Ready.
    """
    document = kindconfig.config(addresses, built_here=kind.built_here)
    spec = kindconfig.digest(document, kind.image)
    mirror = f"{kindconfig.CERTS}/{registry.address(addresses)}/hosts.toml"
    found = containers.find(client, instance.node)
    if found is None or _spec_once_ready(found, mirror, kind.heal_seconds) != spec:
        _remove(found)
        found = _create(client, instance, kind, kindconfig.render(document, spec))
        hosts = kindconfig.hosts(registry.address(addresses), instance.container(registry.PART))
        containers.put(found, [File(mirror, hosts, 0o644)], owner=0)
    inside.keep(found)
    if not instance.kubeconfig.exists():
        said = _kind(kind, instance, ["get", "kubeconfig", "--name", instance.docker_name], seconds=60)
        secret.write(instance.kubeconfig, said)
    return found


def _spec_once_ready(found: Container, mirror: str, seconds: int) -> str | None:
    """Return what a node was made from, having brought it back if that can be; else None."""
    if found.status == "running":
        spec = node.spec_of(found)
        if spec is not None and node.exists(found, mirror):
            return spec
    for revive in (found.start, lambda: found.restart(timeout=10)):
        try:
            revive()
        except APIError:
            return None
        # Put there last: a node without it was never finished.
        if not node.exists(found, mirror):
            return None
        spec = _wait_until_ready(found, seconds)
        if spec is not None:
            return spec
    return None


def _wait_until_ready(found: Container, seconds: int) -> str | None:
    waits = Retrying(
        stop=stop_after_delay(seconds), wait=wait_fixed(0.5), retry=retry_if_result(lambda spec: spec is None)
    )
    try:
        return waits(node.spec_of, found)
    except RetryError:
        return None


def _remove(found: Container | None) -> None:
    if found is not None:
        found.remove(force=True, v=True)


def _create(client: DockerClient, instance: Instance, kind: Kind, config: str) -> Container:
    instance.kubeconfig.unlink(missing_ok=True)
    words = ["create", "cluster", "--name", instance.docker_name, "--image", kind.image, "--config", "-"]
    words += ["--kubeconfig", str(instance.kubeconfig), "--wait", f"{kind.ready_seconds}s"]
    try:
        _kind(kind, instance, words, seconds=kind.ready_seconds + 120, stdin=config)
    except LocalcloudError:
        instance.kubeconfig.unlink(missing_ok=True)
        raise
    return _made_ready(client, instance, kind)


def _made_ready(client: DockerClient, instance: Instance, kind: Kind) -> Container:
    """Ask the node itself: kind ends well even where its wait ran out."""
    made = containers.find(client, instance.node)
    if made is None or not node.ready(made):
        said = containers.log(made) if made else ""
        raise LocalcloudError(
            f"The cluster's node was not Ready within {kind.ready_seconds} s",
            f"docker exec {instance.node} journalctl -u kubelet shows why; make up tries again",
            said,
        )
    return made


def _kind(kind: Kind, instance: Instance, words: list[str], *, seconds: int, stdin: str | None = None) -> str:
    environment = {
        **os.environ,
        "DOCKER_HOST": kind.engine,
        "KIND_EXPERIMENTAL_PROVIDER": "docker",
        "KIND_EXPERIMENTAL_DOCKER_NETWORK": instance.docker_name,
    }
    return run(
        [str(kind.program), *words],
        timeout=seconds,
        env=environment,
        input=stdin,
        hint="make up tries again; make down removes what is left of it",
    ).stdout

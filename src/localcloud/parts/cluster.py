"""The cluster: unmodified kind with one node, on the instance's network."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from docker import DockerClient
from docker.errors import APIError
from docker.models.containers import Container

from localcloud import containers
from localcloud.addresses import Addresses
from localcloud.atomic import write_atomically
from localcloud.errors import LocalcloudError
from localcloud.instance import Instance
from localcloud.parts import kindconfig, node, node_firewall, node_mirror, registry
from localcloud.process import run
from localcloud.wait import DeadlineError, until

PART = "cluster"
KIND_SECONDS = 60
CREATE_EXTRA_SECONDS = 120


@dataclass(frozen=True)
class KindOptions:
    """The kind program, the engine's address, the node image, and limits in seconds.

    ``recovery_seconds`` is the limit until a node that was started again must be Ready.
    """

    program: Path
    engine: str
    image: str
    built_here: bool
    ready_seconds: int = 180
    recovery_seconds: int = 60


def ensure(client: DockerClient, instance: Instance, addresses: Addresses, options: KindOptions) -> Container:
    """Return the Ready node of a cluster that pulls from the read-only endpoint of the instance's registry.

    A stopped node is started again. A node that does not become Ready, or that was created from another
    configuration or image, is replaced. Raises LocalcloudError if a new node does not become Ready.
    """
    document = kindconfig.config(addresses, built_here=options.built_here)
    spec = kindconfig.digest(document, options.image)
    mirror = kindconfig.hosts_path(registry.address(addresses))
    found = containers.find(client, instance.node)
    if found is None or _spec_of_recovered(found, mirror, options.recovery_seconds) != spec:
        _remove(found)
        found = _create(client, instance, options, kindconfig.render(document, spec))
    node_mirror.ensure(found, instance, addresses)
    node_firewall.reject_unrouted_service_traffic(found)
    if not instance.kubeconfig.exists():
        _write_kubeconfig(instance, options)
    return found


def _write_kubeconfig(instance: Instance, options: KindOptions) -> None:
    words = ["get", "kubeconfig", "--name", instance.docker_name]
    write_atomically(instance.kubeconfig, _kind(options, instance, words, seconds=KIND_SECONDS))


def _spec_of_recovered(found: Container, mirror: str, seconds: int) -> str | None:
    """Start a node again if necessary; return its configuration's digest, or None if it is not usable."""
    if found.status == "running":
        spec = node.spec_of(found)
        if spec is not None and node.exists(found, mirror):
            return spec
    for start in (found.start, lambda: found.restart(timeout=10)):
        try:
            start()
        except APIError:
            return None
        # This file is written last; without it, the node's creation was interrupted.
        if not node.exists(found, mirror):
            return None
        try:
            return until("The node was not Ready", lambda: node.spec_of(found), seconds, every=0.5)
        except DeadlineError:
            continue
    return None


def _remove(found: Container | None) -> None:
    if found is not None:
        found.remove(force=True, v=True)


def _create(client: DockerClient, instance: Instance, options: KindOptions, config: str) -> Container:
    instance.kubeconfig.unlink(missing_ok=True)
    words = ["create", "cluster", "--name", instance.docker_name, "--image", options.image, "--config", "-"]
    words += ["--kubeconfig", str(instance.kubeconfig), "--wait", f"{options.ready_seconds}s"]
    try:
        seconds = options.ready_seconds + CREATE_EXTRA_SECONDS
        _kind(options, instance, words, seconds=seconds, stdin=config)
    except LocalcloudError:
        instance.kubeconfig.unlink(missing_ok=True)
        raise
    return _require_ready(client, instance, options)


def _require_ready(client: DockerClient, instance: Instance, options: KindOptions) -> Container:
    """Check the node itself: kind exits with 0 even if its wait timed out."""
    created = containers.find(client, instance.node)
    if created is None or not node.ready(created):
        raise LocalcloudError(
            f"The cluster's node was not Ready within {options.ready_seconds} s",
            f"run docker exec {instance.node} journalctl -u kubelet to see why, then make up again",
            containers.log(created) if created else "",
        )
    return created


def _kind(
    options: KindOptions, instance: Instance, words: list[str], *, seconds: int, stdin: str | None = None
) -> str:
    environment = {
        **os.environ,
        "DOCKER_HOST": options.engine,
        "KIND_EXPERIMENTAL_PROVIDER": "docker",
        "KIND_EXPERIMENTAL_DOCKER_NETWORK": instance.docker_name,
    }
    return run(
        [str(options.program), *words],
        timeout=seconds,
        env=environment,
        input=stdin,
        hint="run make up again, or make down to remove what is left",
    ).stdout

"""The state of an instance's parts."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from docker import DockerClient
from docker.errors import APIError
from docker.models.containers import Container

from localcloud import addresses, containers, engine
from localcloud.addresses import Addresses
from localcloud.instance import Instance
from localcloud.parts import dns, loadbalancer, network, node, prometheus

PARTS = ("blob", "registry", "registry-readonly", "cluster", "loadbalancer", "dns")
VERSION_COMMANDS = {
    "blob": ["grep", "-m1", '"version":', "/opt/azurite/node_modules/azurite/package.json"],
    "registry": ["docker-registry", "--version"],
    "registry-readonly": ["docker-registry", "--version"],
    "cluster": ["cat", "/kind/version"],
    "dns": ["dnsmasq", "--version"],
}
VERSION = re.compile(r"v?\d+\.\d+(\.\d+)?")


@dataclass(frozen=True)
class PartStatus:
    """The state of one part.

    ``state`` is ready, unresponsive (it runs, but does not respond), the engine's state of the container, or
    absent. ``memory_mb`` excludes caches that the kernel can reclaim.
    """

    part: str
    version: str
    address: str
    state: str
    memory_mb: int
    logs: str


def status(instance: Instance) -> list[PartStatus]:
    """Return the state of every part. Without an engine or a network of the instance all are absent.

    Prometheus is listed only if it is deployed.
    """
    if engine.find() is None:
        return [_absent(part) for part in PARTS]
    client = engine.client()
    try:
        owned = network.find(client, instance)
        if owned is None:
            return [_absent(part) for part in PARTS]
        with ThreadPoolExecutor(max_workers=len(PARTS)) as pool:
            optional = pool.submit(_prometheus, client, instance)
            parts = list(pool.map(lambda part: _part(client, instance, owned, part), PARTS))
            return parts + optional.result()
    finally:
        client.close()


def prometheus_url(instance: Instance) -> str:
    """Return the URL of Prometheus, or an empty string if it is not deployed."""
    if engine.find() is None:
        return ""
    client = engine.client()
    try:
        node_container = _running_node(client, instance)
        return prometheus.url(node_container) if node_container else ""
    finally:
        client.close()


def _running_node(client: DockerClient, instance: Instance) -> Container | None:
    found = containers.find(client, instance.node)
    return found if found and found.status == "running" else None


def _prometheus(client: DockerClient, instance: Instance) -> list[PartStatus]:
    found = _running_node(client, instance)
    if found is None or not prometheus.deployed(found):
        return []
    url = prometheus.url(found)
    version = prometheus.version(url) if url else ""
    state = "ready" if version else "unresponsive"
    return [PartStatus(prometheus.PART, version, url, state, 0, prometheus.logs(instance))]


def _absent(part: str) -> PartStatus:
    return PartStatus(part, "", "", "absent", 0, "")


def _part(client: DockerClient, instance: Instance, owned: Addresses, part: str) -> PartStatus:
    name = instance.node if part == "cluster" else instance.container(part)
    container = containers.find(client, name)
    if container is None:
        return _absent(part)
    return PartStatus(
        part=part,
        version=_version(container, part),
        address=_address(owned, part),
        state=_state(container, owned, part),
        memory_mb=_memory(container),
        logs=f"docker logs {name}",
    )


def _version(container: Container, part: str) -> str:
    if part == loadbalancer.PART:
        # The controller has no version of its own; the image tag is a hash of its source.
        return str(container.attrs["Config"]["Image"]).rpartition(":")[2][:8]
    if container.status != "running":
        return ""
    found = VERSION.search(container.exec_run(VERSION_COMMANDS[part]).output.decode(errors="replace"))
    return found[0] if found else ""


def _address(owned: Addresses, part: str) -> str:
    if part == "loadbalancer":
        first, *_, last = owned.loadbalancers
        return f"{first}:80 … {last}:80"
    address, port = owned.of(part)[0]
    return f"{address}:{port}"


def _state(container: Container, owned: Addresses, part: str) -> str:
    if container.status != "running":
        return str(container.status)
    return "ready" if _responds(container, owned, part) else "unresponsive"


def _responds(container: Container, owned: Addresses, part: str) -> bool:
    if part == "cluster":
        return node.ready(container)
    if part == "loadbalancer":
        return loadbalancer.heartbeat_is_recent(container)
    if part == "dns":
        return dns.responds(owned.dns)
    return addresses.accepts_connections(*owned.of(part)[0])


def _memory(container: Container) -> int:
    if container.status != "running":
        return 0
    try:
        usage = container.stats(stream=False, one_shot=True)["memory_stats"]
    except APIError:
        return 0
    details = usage.get("stats", {})
    cached = details.get("total_inactive_file", details.get("inactive_file", 0))
    return int((usage.get("usage", 0) - cached) / 1e6)

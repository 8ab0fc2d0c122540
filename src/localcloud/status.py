"""What runs of an instance."""

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
from localcloud.parts import dns, loadbalancer, network, node

PARTS = ("blob", "registry", "cluster", "loadbalancer", "dns")
# What tells a part's version, run inside it.
VERSIONS = {
    "blob": ["grep", "-m1", '"version":', "/opt/azurite/node_modules/azurite/package.json"],
    "registry": ["docker-registry", "--version"],
    "cluster": ["cat", "/kind/version"],
    "dns": ["dnsmasq", "--version"],
}
NUMBER = re.compile(r"v?\d+\.\d+(\.\d+)?")


@dataclass(frozen=True)
class PartStatus:
    """One part: `state` is ready, silent (it runs and does not answer), the engine's word for it, or absent.

    `memory_mb` is what its processes hold, without caches that the kernel would give back.
    """

    part: str
    version: str
    address: str
    state: str
    memory_mb: int
    logs: str


def status(instance: Instance) -> list[PartStatus]:
    """Return how every part of the instance is; all absent where nothing of it or no engine is there."""
    if engine.find() is None:
        return [_absent(part) for part in PARTS]
    client = engine.client()
    try:
        owned = network.find(client, instance)
        if owned is None:
            return [_absent(part) for part in PARTS]
        with ThreadPoolExecutor(max_workers=len(PARTS)) as pool:
            return list(pool.map(lambda part: _part(client, instance, owned, part), PARTS))
    finally:
        client.close()


def complete(parts: list[PartStatus]) -> bool:
    """Say whether every part is ready."""
    return all(part.state == "ready" for part in parts)


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
        # Our own program: its image is named after its content.
        return str(container.attrs["Config"]["Image"]).rpartition(":")[2][:8]
    if container.status != "running":
        return ""
    found = NUMBER.search(container.exec_run(VERSIONS[part]).output.decode(errors="replace"))
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
    return "ready" if _answers(container, owned, part) else "silent"


def _answers(container: Container, owned: Addresses, part: str) -> bool:
    if part == "cluster":
        return node.ready(container)
    if part == "loadbalancer":
        return loadbalancer.beats(container)
    if part == "dns":
        return dns.responds(owned.dns)
    return addresses.answers(*owned.of(part)[0])


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

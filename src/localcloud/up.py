"""Starting an instance, or mending what is missing of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from docker import DockerClient

from localcloud import blob, cluster, dns, engine, images, loadbalancer, localtoml, network, registry, traces
from localcloud.addresses import Addresses
from localcloud.instance import Instance, alone
from localcloud.report import Report
from localcloud.sidebyside import Step, run

IMAGES = (blob.PART, registry.PART, dns.PART, loadbalancer.PART)


@dataclass(frozen=True)
class Running:
    """An instance that is complete, and which node image its cluster runs."""

    instance: Instance
    addresses: Addresses
    node_image: str
    kubernetes_version: str


@dataclass(frozen=True)
class Options:
    """What tests ask for otherwise: another node image, and seconds a node may take to be Ready."""

    node_image: str = ""
    ready_seconds: int = 180


def up(instance: Instance, report: Report, options: Options | None = None) -> Running:
    """Have every part of the instance running and answering, and local.toml written.

    What is as it should be is left alone, so that a second call only looks. Raises LocalcloudError with the
    log's end of the part that failed; calling again mends what it left.
    """
    with alone(instance):
        found = engine.ensure(report)
        client = engine.client()
        try:
            traces.remember(client)
            addresses = network.ensure(client, instance)
            network.refuse_taken(client, instance, addresses)
            done = run(_steps(client, found, instance, addresses, report, options or Options()), report)
        finally:
            client.close()
        localtoml.write(instance, addresses, done["base image"])
        node = done["node image"]
        return Running(instance, addresses, node.source, node.kubernetes_version)


def _steps(
    client: DockerClient,
    found: engine.Engine,
    instance: Instance,
    addresses: Addresses,
    report: Report,
    options: Options,
) -> dict[str, Step]:
    def part(name: str, module: Any) -> Step:
        def work(done: Mapping[str, Any]) -> None:
            with report.step(name):
                module.ensure(client, instance, addresses, done["images"][name])

        return Step(work, needs=("images",))

    def start_cluster(done: Mapping[str, Any]) -> Any:
        image = done["node image"]
        kind = cluster.Kind(
            program=done["kind"],
            engine=found.host,
            image=options.node_image or image.reference,
            built_here=image.source == "built",
            ready_seconds=options.ready_seconds,
        )
        with report.step(cluster.PART):
            return cluster.ensure(client, instance, addresses, kind)

    def start_loadbalancer(done: Mapping[str, Any]) -> None:
        with report.step(loadbalancer.PART):
            loadbalancer.ensure(client, instance, addresses, done["images"]["loadbalancer"], done["cluster"])

    return {
        "base image": Step(lambda _: images.ensure(["base"], report)["base"]),
        "images": Step(lambda _: images.ensure(list(IMAGES), report)),
        "node image": Step(lambda _: images.node(report)),
        "kind": Step(lambda _: images.kind_binary(report)),
        "blob": part("blob", blob),
        "registry": part("registry", registry),
        "dns": part("dns", dns),
        "cluster": Step(start_cluster, needs=("node image", "kind")),
        "loadbalancer": Step(start_loadbalancer, needs=("cluster", "images")),
    }

"""Starting an instance, or mending what is missing of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from docker import DockerClient

from localcloud import engine, images, localtoml, traces
from localcloud.addresses import Addresses
from localcloud.engine import connection
from localcloud.instance import Instance, alone
from localcloud.parts import blob, cluster, dns, loadbalancer, metrics, network, registry
from localcloud.report import Report
from localcloud.sidebyside import Step, run

IMAGES = (blob.PART, registry.PART, dns.PART, loadbalancer.PART)
UNFENCED = "NetworkPolicies are not enforced here: only kind's own node image has an engine for them"


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
        client = connection.connect(found.host)
        try:
            traces.remember(client)
            addresses = network.ensure(client, instance)
            network.refuse_taken(client, instance, addresses)
            work = _Work(client, found.host, instance, addresses, report, options or Options())
            done = run(work.steps(), report)
        finally:
            client.close()
        localtoml.write(instance, addresses, done["base image"])
        node = done["node image"]
        return Running(instance, addresses, node.source, node.kubernetes_version)


@dataclass(frozen=True)
class _Work:
    """The steps of starting an instance; each is given what those before it returned."""

    client: DockerClient
    engine: str
    instance: Instance
    addresses: Addresses
    report: Report
    options: Options

    def steps(self) -> dict[str, Step]:
        return {
            "base image": Step(lambda _: images.ensure(["base"], self.report)["base"]),
            "images": Step(lambda _: images.ensure(IMAGES, self.report)),
            "metrics image": Step(lambda _: images.ensure([metrics.PART], self.report)[metrics.PART]),
            "node image": Step(lambda _: images.node(self.report)),
            "kind": Step(lambda _: images.kind_binary(self.report)),
            "blob": self._part("blob", blob),
            "registry": self._part("registry", registry),
            "dns": self._part("dns", dns),
            "cluster": Step(self._cluster, needs=("node image", "kind")),
            "loadbalancer": Step(self._loadbalancer, needs=("cluster", "images")),
            "metrics": Step(self._metrics, needs=("cluster", "metrics image")),
        }

    def _part(self, name: str, module: Any) -> Step:
        def work(done: Mapping[str, Any]) -> None:
            with self.report.step(name):
                module.ensure(self.client, self.instance, self.addresses, done["images"][name])

        return Step(work, needs=("images",))

    def _cluster(self, done: Mapping[str, Any]) -> Any:
        image = done["node image"]
        kind = cluster.Kind(
            program=done["kind"],
            engine=self.engine,
            image=self.options.node_image or image.reference,
            built_here=image.source == "built",
            ready_seconds=self.options.ready_seconds,
        )
        with self.report.step(cluster.PART):
            node = cluster.ensure(self.client, self.instance, self.addresses, kind)
        if image.source == "built":
            self.report.line(UNFENCED)
        return node

    def _loadbalancer(self, done: Mapping[str, Any]) -> None:
        image = done["images"][loadbalancer.PART]
        with self.report.step(loadbalancer.PART):
            loadbalancer.ensure(self.client, self.instance, self.addresses, image, done["cluster"])

    def _metrics(self, done: Mapping[str, Any]) -> None:
        with self.report.step(metrics.PART):
            metrics.ensure(self.client, done["metrics image"], done["cluster"])

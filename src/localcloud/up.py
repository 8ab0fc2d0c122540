"""Start an instance, or repair it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from docker import DockerClient

from localcloud import engine, images, kind_leftovers, localtoml
from localcloud.addresses import Addresses
from localcloud.engine import connection
from localcloud.instance import Instance, locked
from localcloud.parallel import Step, run_steps
from localcloud.parts import (
    blob,
    cluster,
    dns,
    loadbalancer,
    metrics,
    network,
    prometheus,
    registry,
    registry_readonly,
)
from localcloud.progress import ProgressReporter

IMAGES = (blob.PART, registry.PART, dns.PART, loadbalancer.PART)
NO_NETWORK_POLICY = "NetworkPolicy is not enforced: only kind's own node image contains a controller for it"


@dataclass(frozen=True)
class RunningInstance:
    """An instance whose parts are all ready.

    ``node_image`` is "pulled" or "built"; ``prometheus`` is its URL, or empty if it was not asked for.
    """

    instance: Instance
    addresses: Addresses
    node_image: str
    kubernetes_version: str
    prometheus: str = ""


@dataclass(frozen=True)
class UpOptions:
    """What may differ from the defaults.

    A node image, the seconds that a new node may take to become Ready, and whether Prometheus is to run.
    """

    node_image: str = ""
    ready_seconds: int = 180
    prometheus: bool = False


def up(instance: Instance, progress: ProgressReporter, options: UpOptions | None = None) -> RunningInstance:
    """Start the parts of the instance that are not ready, and write local.toml.

    Parts that are ready are not changed, so a second call only checks them. Raises LocalcloudError with the
    end of the log of the part that failed; the next call repairs it.
    """
    with locked(instance, progress.line):
        found = engine.ensure(progress)
        client = connection.connect(found.host)
        try:
            kind_leftovers.record_absence(client)
            addresses = network.ensure(client, instance)
            network.require_free_addresses(client, instance, addresses)
            steps = _InstanceStart(client, found.host, instance, addresses, progress, options or UpOptions())
            done = run_steps(steps.all(), progress)
        finally:
            client.close()
        localtoml.write(instance, addresses, done["base image"])
        node = done["node image"]
        url = done.get(prometheus.PART, "")
        return RunningInstance(instance, addresses, node.source, node.kubernetes_version, url)


@dataclass(frozen=True)
class _InstanceStart:
    """The steps of starting an instance, and what they share."""

    client: DockerClient
    engine: str
    instance: Instance
    addresses: Addresses
    progress: ProgressReporter
    options: UpOptions

    def all(self) -> dict[str, Step]:
        return self._always() | (self._optional() if self.options.prometheus else {})

    def _optional(self) -> dict[str, Step]:
        # The load balancer gives it its address.
        return {
            "prometheus image": Step(self._prometheus_image),
            prometheus.PART: Step(self._prometheus, needs=("loadbalancer", "prometheus image")),
        }

    def _always(self) -> dict[str, Step]:
        return {
            "base image": Step(lambda _: images.ensure(["base"], self.progress)["base"]),
            "images": Step(lambda _: images.ensure(IMAGES, self.progress)),
            "metrics image": Step(lambda _: images.ensure([metrics.PART], self.progress)[metrics.PART]),
            "node image": Step(lambda _: images.node(self.progress)),
            "kind": Step(lambda _: images.kind_binary(self.progress)),
            "blob": self._part("blob", blob),
            "registry": self._part("registry", registry),
            # After the registry, which creates the volume that both use.
            "registry-readonly": self._part("registry-readonly", registry_readonly, image=registry.PART),
            "dns": self._part("dns", dns),
            "cluster": Step(self._cluster, needs=("node image", "kind")),
            "loadbalancer": Step(self._loadbalancer, needs=("cluster", "images")),
            "metrics": Step(self._metrics, needs=("cluster", "metrics image")),
        }

    def _part(self, name: str, module: Any, image: str = "") -> Step:
        """Start a part from its own image, or from that of another part which starts first."""

        def work(done: Mapping[str, Any]) -> None:
            with self.progress.step(name, "starting"):
                module.ensure(self.client, self.instance, self.addresses, done["images"][image or name])

        return Step(work, needs=("images", image) if image else ("images",))

    def _cluster(self, done: Mapping[str, Any]) -> Any:
        image = done["node image"]
        options = cluster.KindOptions(
            program=done["kind"],
            engine=self.engine,
            image=self.options.node_image or image.reference,
            built_here=image.source == "built",
            ready_seconds=self.options.ready_seconds,
        )
        with self.progress.step(cluster.PART, "starting"):
            node = cluster.ensure(self.client, self.instance, self.addresses, options)
        if image.source == "built":
            self.progress.line(NO_NETWORK_POLICY)
        return node

    def _loadbalancer(self, done: Mapping[str, Any]) -> None:
        image = done["images"][loadbalancer.PART]
        with self.progress.step(loadbalancer.PART, "starting"):
            loadbalancer.ensure(self.client, self.instance, self.addresses, image, done["cluster"])

    def _metrics(self, done: Mapping[str, Any]) -> None:
        with self.progress.step(metrics.PART, "starting"):
            metrics.ensure(self.client, done["metrics image"], done["cluster"])

    def _prometheus_image(self, _done: Mapping[str, Any]) -> str:
        return images.ensure([prometheus.PART], self.progress)[prometheus.PART]

    def _prometheus(self, done: Mapping[str, Any]) -> str:
        with self.progress.step(prometheus.PART, "starting"):
            image, root = done["prometheus image"], self.instance.root
            return prometheus.ensure(self.client, image, done["cluster"], root)

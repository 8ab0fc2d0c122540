"""An in-memory cluster whose controllers work at once: replicas become available, Services get addresses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from memory_cluster import MemoryCluster
from seatrial.kube.labels import RELEASE, SLOT
from seatrial.kube.protocol import Manifest


@dataclass
class ServingCluster(MemoryCluster):
    """A MemoryCluster whose Deployments become available and whose Services get an address.

    `ready` tells whether a release's replicas become available; `addresses` are the Services' addresses.
    """

    addresses: dict[str, str] = field(default_factory=dict)
    ready: Callable[[str], bool] = lambda _: True

    def apply(self, manifest: Manifest, manager: str = "seatrial") -> Manifest:
        """Apply a manifest and set the status that the controllers would set."""
        applied = super().apply(manifest, manager)
        stored = self.objects[(manifest["kind"], manifest["metadata"]["name"])]
        stored["metadata"].setdefault("generation", 1)
        if manifest["kind"] == "Deployment":
            stored["status"] = self._rollout(stored)
        if manifest["kind"] == "Service":
            address = self.addresses[manifest["metadata"]["name"]]
            stored["status"] = {"loadBalancer": {"ingress": [{"ip": address}]}}
        return applied

    def _rollout(self, deployment: Manifest) -> dict[str, Any]:
        count = deployment["spec"]["replicas"]
        available = count if self.ready(deployment["metadata"]["labels"][RELEASE]) else 0
        return {
            "observedGeneration": deployment["metadata"]["generation"],
            "replicas": count,
            "updatedReplicas": count,
            "availableReplicas": available,
        }

    def selected(self, service: str) -> str:
        """Return the release that a Service selects, or an empty string if nothing would respond."""
        found = self.objects.get(("Service", service))
        selector = (found or {}).get("spec", {}).get("selector") or {}
        deployment = self.objects.get(("Deployment", f"classifier-{selector.get(SLOT)}"))
        if not deployment or deployment["metadata"]["labels"][RELEASE] != selector.get(RELEASE):
            return ""
        return str(selector[RELEASE]) if deployment["status"]["availableReplicas"] else ""


def render(directory: Path) -> list[Manifest]:
    """Return the objects of a kustomization as far as a release needs them, without kustomize."""
    document = yaml.safe_load((directory / "kustomization.yaml").read_text())
    labels: dict[str, str] = {"app.kubernetes.io/managed-by": "seatrial"}
    for each in document.get("labels", []):
        labels |= each["pairs"]
    if directory.name == "slot":
        image = document["images"][0]
        container = {"name": "classifier", "image": f"{image['newName']}@{image['digest']}"}
        spec = {
            "replicas": document["replicas"][0]["count"],
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        }
        metadata = {"name": f"classifier{document['nameSuffix']}", "labels": labels}
        return [{"kind": "Deployment", "metadata": metadata, "spec": spec}]
    patch = yaml.safe_load(document["patches"][0]["patch"])
    metadata = {"name": patch["metadata"]["name"], "labels": labels}
    return [{"kind": "Service", "metadata": metadata, "spec": patch["spec"]}]

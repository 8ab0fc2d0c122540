"""The manifests of a release as far as the simulation needs them, without files and kustomize."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from seatrial.kube.labels import (
    APP,
    LIVE,
    MANAGED,
    MANAGER,
    PART,
    PREVIEW,
    RELEASE,
    SLOT,
    VERSIONS,
    deployment,
)
from seatrial.kube.protocol import Manifest
from seatrial.kube.render import Candidate
from seatrial.settings import Environment


@dataclass(frozen=True)
class QuickRenderer:
    """Renders what `seatrial.kube.render.Renderer` renders."""

    environment: Environment

    def slot(self, candidate: Candidate) -> list[Manifest]:
        """Return the Deployment of the candidate's slot."""
        labels = {MANAGED: MANAGER, SLOT: candidate.slot, RELEASE: candidate.release}
        pod = {"containers": [{"name": APP, "image": str(candidate.reference)}]}
        spec = {"replicas": candidate.replicas, "template": {"metadata": {"labels": labels}, "spec": pod}}
        return [self._object("Deployment", deployment(candidate.slot), labels, spec)]

    def shared(self, candidate: Candidate) -> list[Manifest]:
        """Return live Service, autoscaler and disruption budget."""
        labels = {MANAGED: MANAGER, PART: "shared", RELEASE: candidate.release}
        scaler = {
            "scaleTargetRef": {"name": deployment(candidate.slot)},
            "minReplicas": self.environment.replicas,
            "maxReplicas": self.environment.max_replicas,
        }
        budget = {"selector": {"matchLabels": {SLOT: candidate.slot}}}
        return [
            self._object("Service", LIVE, labels, {"selector": _selector(candidate)}),
            self._object("HorizontalPodAutoscaler", APP, labels, scaler),
            self._object("PodDisruptionBudget", APP, labels, budget),
        ]

    def preview(self, candidate: Candidate) -> list[Manifest]:
        """Return the preview Service."""
        labels = {MANAGED: MANAGER, PART: "preview", RELEASE: candidate.release}
        return [self._object("Service", PREVIEW, labels, {"selector": _selector(candidate)})]

    def _object(self, kind: str, name: str, labels: dict[str, str], spec: dict[str, Any]) -> Manifest:
        metadata = {"name": name, "namespace": self.environment.namespace, "labels": labels}
        return {"apiVersion": VERSIONS[kind], "kind": kind, "metadata": metadata, "spec": spec}


def _selector(candidate: Candidate) -> dict[str, str]:
    return {SLOT: candidate.slot, RELEASE: candidate.release}

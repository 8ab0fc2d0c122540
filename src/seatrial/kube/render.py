"""The manifests of a release: an environment's overlay, changed by a kustomization of the release's own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from seatrial.atomic_files import write_atomically
from seatrial.image_reference import ImageReference
from seatrial.kube.labels import (
    APP,
    AZURE_INTERNAL,
    AZURE_LABEL,
    HOSTNAME,
    LIVE,
    PART,
    PREVIEW,
    RELEASE,
    SLOT,
    VERSIONS,
    Slot,
    deployment,
)
from seatrial.kube.protocol import Manifest
from seatrial.live_address import AZURE_NAME
from seatrial.settings import Environment, Pod
from seatrial.workspace import Workspace

# Returns the manifests of a kustomization directory, as seatrial.kustomize.build does.
Kustomize = Callable[[Path], list[Manifest]]


@dataclass(frozen=True)
class Candidate:
    """What a release sets in an overlay: its name, its slot, its image by digest, its number of replicas."""

    release: str
    environment: str
    slot: Slot
    reference: ImageReference
    replicas: int


@dataclass(frozen=True)
class Renderer:
    """Renders the parts of an environment's overlay: `environment`, `slot`, `shared` and `preview`.

    Each method raises what `kustomize` raises.
    """

    workspace: Workspace
    environment: Environment
    kustomize: Kustomize
    pod: Pod

    def namespace(self) -> list[Manifest]:
        """Return what an administrator applies once: namespace, service accounts, roles, policies."""
        # Only the overlay of a gateway has a route; elsewhere the patch has no target.
        hosts = [{"op": "replace", "path": "/spec/hostnames", "value": [self.environment.host]}]
        route = {"target": {"kind": "HTTPRoute"}, "patch": yaml.safe_dump(hosts)}
        return self._render("environment", {"patches": [route]})

    def slot(self, candidate: Candidate) -> list[Manifest]:
        """Return the objects of the candidate's slot."""
        reference = candidate.reference
        return self._render(
            "slot",
            {
                "nameSuffix": f"-{candidate.slot}",
                "labels": [
                    _labels({SLOT: candidate.slot}, includeSelectors=True),
                    _labels({RELEASE: candidate.release}, includeTemplates=True),
                ],
                "images": [{"name": APP, "newName": reference.name, "digest": reference.digest}],
                "replicas": [{"name": APP, "count": candidate.replicas}],
                "patches": [_patch("Deployment", APP, _pod_patch(candidate, self.pod))],
            },
        )

    def shared(self, candidate: Candidate) -> list[Manifest]:
        """Return the objects that both slots share, with the candidate's slot selected."""
        patches = (
            _autoscaler_patch(candidate.slot, self.environment),
            _disruption_budget_patch(candidate.slot),
        )
        return self._service("shared", LIVE, self._names(), candidate, patches)

    def preview(self, candidate: Candidate) -> list[Manifest]:
        """Return the preview Service, which selects the candidate."""
        return self._service("preview", PREVIEW, {HOSTNAME: f"preview.{self.environment.host}"}, candidate)

    def _names(self) -> dict[str, str]:
        """Return the annotations that give the live Service its name and the kind of its address."""
        host = self.environment.host
        label = AZURE_NAME.fullmatch(host)
        internal = {AZURE_INTERNAL: "true"} if self.environment.internal else {}
        return {HOSTNAME: host, **({AZURE_LABEL: label[1]} if label else {}), **internal}

    def _service(
        self,
        part: str,
        name: str,
        annotations: Mapping[str, str],
        candidate: Candidate,
        patches: Iterable[Mapping[str, Any]] = (),
    ) -> list[Manifest]:
        selector = {SLOT: candidate.slot, RELEASE: candidate.release}
        patch = {"metadata": {"annotations": dict(annotations)}, "spec": {"selector": selector}}
        labels = [_labels({PART: part, RELEASE: candidate.release})]
        return self._render(part, {"labels": labels, "patches": [_patch("Service", name, patch), *patches]})

    def _render(self, part: str, changes: Mapping[str, Any]) -> list[Manifest]:
        folder = self.workspace.directory / "render" / self.environment.namespace / part
        overlay = self.workspace.root / self.environment.overlay / part
        kustomization = {
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            # kustomize rejects absolute paths.
            "resources": [os.path.relpath(overlay, folder)],
            "namespace": self.environment.namespace,
            **changes,
        }
        write_atomically(folder / "kustomization.yaml", yaml.safe_dump(kustomization, sort_keys=False))
        return self.kustomize(folder)


def _labels(pairs: Mapping[str, str], **where: bool) -> dict[str, Any]:
    return {"pairs": dict(pairs), **where}


def _patch(kind: str, name: str, patch: Mapping[str, Any]) -> dict[str, Any]:
    metadata = {"name": name, **patch.get("metadata", {})}
    target = {"apiVersion": VERSIONS[kind], "kind": kind, "metadata": metadata}
    return {"patch": yaml.safe_dump({**target, "spec": patch["spec"]})}


def _autoscaler_patch(slot: Slot, environment: Environment) -> dict[str, Any]:
    spec = {
        "scaleTargetRef": {"name": deployment(slot)},
        "minReplicas": environment.replicas,
        "maxReplicas": environment.max_replicas,
    }
    return _patch("HorizontalPodAutoscaler", APP, {"spec": spec})


def _disruption_budget_patch(slot: Slot) -> dict[str, Any]:
    return _patch("PodDisruptionBudget", APP, {"spec": {"selector": {"matchLabels": {SLOT: slot}}}})


def _pod_patch(candidate: Candidate, pod: Pod) -> dict[str, Any]:
    values = {
        "SEATRIAL_RELEASE": candidate.release,
        "SEATRIAL_IMAGE_DIGEST": candidate.reference.digest,
        "SEATRIAL_ENVIRONMENT": candidate.environment,
        "APP_WORKERS": str(pod.workers),
    }
    variables = [{"name": name, "value": value} for name, value in values.items()]
    limits = {"limits": {"memory": f"{pod.memory_mb}Mi"}}
    container = {"name": APP, "env": variables, "resources": limits}
    return {"spec": {"template": {"spec": {"containers": [container]}}}}

"""Manifests, rendered by kustomize from an overlay and what a release adds to it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from seatrial.atomic_files import write_atomically
from seatrial.errors import OutsideError
from seatrial.kube.client import Manifest
from seatrial.kube.labels import (
    APP,
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
from seatrial.process import run
from seatrial.settings import Environment
from seatrial.workspace import Workspace

KUSTOMIZE_SECONDS = 30


@dataclass(frozen=True)
class Candidate:
    """What a rendering adds to an overlay: the release's name, its slot, image and size."""

    release: str
    environment: str
    slot: Slot
    reference: str
    replicas: int


@dataclass(frozen=True)
class Renderer:
    """Renders the parts of an overlay (`environment`, `slot`, `shared`, `preview`) for a namespace."""

    workspace: Workspace
    environment: Environment

    def namespace(self) -> list[Manifest]:
        """Return what an administrator applies once: namespace, accounts, rights."""
        return self._render("environment", {})

    def slot(self, candidate: Candidate) -> list[Manifest]:
        """Return a slot's own objects, the image by digest."""
        repository, _, digest = candidate.reference.partition("@")
        return self._render(
            "slot",
            {
                "nameSuffix": f"-{candidate.slot}",
                "labels": [
                    _labels({SLOT: candidate.slot}, includeSelectors=True),
                    _labels({RELEASE: candidate.release}, includeTemplates=True),
                ],
                "images": [{"name": APP, "newName": repository, "digest": digest}],
                "replicas": [{"name": APP, "count": candidate.replicas}],
                "patches": [_patch("Deployment", APP, _pod_environment(candidate, digest))],
            },
        )

    def shared(self, candidate: Candidate) -> list[Manifest]:
        """Return what both slots share, all of it following this release's slot."""
        followers = (_autoscaler(candidate.slot, self.environment), _disruptions(candidate.slot))
        return self._service("shared", LIVE, self.environment.host, candidate, followers)

    def preview(self, candidate: Candidate) -> list[Manifest]:
        """Return the candidate's own Service."""
        return self._service("preview", PREVIEW, f"preview.{self.environment.host}", candidate)

    def _service(
        self,
        part: str,
        name: str,
        host: str,
        candidate: Candidate,
        others: Iterable[Mapping[str, Any]] = (),
    ) -> list[Manifest]:
        chosen = {SLOT: candidate.slot, RELEASE: candidate.release}
        patch = {"metadata": {"annotations": {HOSTNAME: host}}, "spec": {"selector": chosen}}
        labels = [_labels({PART: part, RELEASE: candidate.release})]
        patches = [_patch("Service", name, patch), *others]
        return self._render(part, {"labels": labels, "patches": patches})

    def _render(self, part: str, additions: Mapping[str, Any]) -> list[Manifest]:
        folder = self.workspace.directory / "render" / self.environment.namespace / part
        overlay = self.workspace.root / self.environment.overlay / part
        kustomization = {
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            # kustomize takes relative paths only.
            "resources": [os.path.relpath(overlay, folder)],
            "namespace": self.environment.namespace,
            **additions,
        }
        write_atomically(folder / "kustomization.yaml", yaml.safe_dump(kustomization, sort_keys=False))
        argv = [_kubectl(), "kustomize", str(folder)]
        output = run(argv, timeout=KUSTOMIZE_SECONDS, separate_stderr=True).output
        return [document for document in yaml.safe_load_all(output) if document]


def _labels(pairs: Mapping[str, str], **where: bool) -> dict[str, Any]:
    return {"pairs": dict(pairs), **where}


def _patch(kind: str, name: str, patch: Mapping[str, Any]) -> dict[str, Any]:
    whole = {"apiVersion": VERSIONS[kind], "kind": kind, "metadata": {"name": name}}
    whole["metadata"] = {"name": name, **patch.get("metadata", {})}
    return {"patch": yaml.safe_dump({**whole, "spec": patch["spec"]})}


def _autoscaler(slot: Slot, environment: Environment) -> dict[str, Any]:
    spec = {
        "scaleTargetRef": {"name": deployment(slot)},
        "minReplicas": environment.replicas,
        "maxReplicas": environment.max_replicas,
    }
    return _patch("HorizontalPodAutoscaler", APP, {"spec": spec})


def _disruptions(slot: Slot) -> dict[str, Any]:
    return _patch("PodDisruptionBudget", APP, {"spec": {"selector": {"matchLabels": {SLOT: slot}}}})


def _pod_environment(candidate: Candidate, digest: str) -> dict[str, Any]:
    given = {
        "SEATRIAL_RELEASE": candidate.release,
        "SEATRIAL_IMAGE_DIGEST": digest,
        "SEATRIAL_ENVIRONMENT": candidate.environment,
    }
    variables = [{"name": name, "value": value} for name, value in given.items()]
    return {"spec": {"template": {"spec": {"containers": [{"name": APP, "env": variables}]}}}}


def _kubectl() -> str:
    ours = Path(sys.executable).parent / "kubectl"
    found = str(ours) if ours.exists() else shutil.which("kubectl")
    if not found:
        raise OutsideError("kubectl is not installed", "make setup installs it")
    return found

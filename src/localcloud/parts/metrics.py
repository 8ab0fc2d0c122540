"""metrics-server in the cluster, for autoscalers and `kubectl top`."""

from __future__ import annotations

import hashlib
from importlib.resources import files

from docker import DockerClient
from docker.models.containers import Container

from localcloud.errors import LocalcloudError
from localcloud.parts import image_import, node

PART = "metrics"
NAMESPACE = "kube-system"
DEPLOYMENT = "metrics-server"
API = "v1beta1.metrics.k8s.io"


def ensure(client: DockerClient, image: str, cluster: Container) -> None:
    """Deploy metrics-server from an image of the engine, unless this version is deployed.

    Do not wait for its first metrics, which take some seconds: an autoscaler without metrics does not scale.
    Raises LocalcloudError if the node refuses the image or the manifest.
    """
    manifest = (files("localcloud.parts") / "manifests" / "metrics.yaml").read_text(encoding="utf-8")
    manifest = manifest.replace("IMAGE", image)
    version = hashlib.sha256(manifest.encode()).hexdigest()[:16]
    if _version(cluster) == version:
        return
    image_import.load(client, image, cluster)
    node.apply(cluster, manifest.replace("VERSION", f'"{version}"'))


def ready(cluster: Container) -> bool:
    """Return whether the API server reports the metrics API as available."""
    try:
        found = node.get(cluster, "apiservice", API)
    except LocalcloudError:
        return False
    conditions = (found.get("status") or {}).get("conditions") or []
    return any(each["type"] == "Available" and each["status"] == "True" for each in conditions)


def _version(cluster: Container) -> str:
    found = _deployment(cluster)
    return str(found["metadata"]["labels"].get("localcloud/version", "")) if found else ""


def _deployment(cluster: Container) -> dict[str, dict[str, dict[str, str]]] | None:
    try:
        return node.get(cluster, "deployment", DEPLOYMENT, f"--namespace={NAMESPACE}")
    except LocalcloudError:
        return None

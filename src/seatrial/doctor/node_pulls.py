"""Whether the nodes can pull from the registry, as far as the pods of the namespace show it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from seatrial.doctor.finding import Finding
from seatrial.kube.diagnosis import PULL_REASONS
from seatrial.kube.protocol import Cluster, Manifest
from seatrial.settings import Registry

WHAT = "nodes, pull"


def check_pulls(cluster: Cluster, environment: str, namespace: str, registry: Registry) -> Finding:
    """Find a pod whose image came from the registry, or one that waits for it. No pod is created.

    Without such a pod it is not known before the first release. Raises what the cluster raises.
    """
    address = registry.address
    statuses = list(_statuses(cluster.list("Pod", namespace), f"{address}/"))
    for pod, status in statuses:
        waiting = (status.get("state") or {}).get("waiting") or {}
        if waiting.get("reason") in PULL_REASONS:
            message = " ".join(str(waiting.get("message", "")).split())[:200]
            return Finding(WHAT, "missing", f"pod {pod}: {waiting['reason']}: {message}", _fix(environment))
    for pod, status in statuses:
        if status.get("imageID"):
            return Finding(WHAT, "ok", f"pod {pod} has an image from {address}")
    detail = f"no pod of {namespace} has an image from {address or 'the registry'} yet"
    fix = f"the first make deploy ENV={environment} shows it; {_fix(environment)}"
    return Finding(WHAT, "later", detail, fix)


def _statuses(pods: Iterable[Manifest], prefix: str) -> Iterator[tuple[str, Manifest]]:
    # A runtime may report the image of a running container as the digest of its config, without a registry.
    for pod in pods:
        images = {each["name"]: str(each["image"]) for each in pod["spec"]["containers"]}
        for status in (pod.get("status") or {}).get("containerStatuses") or []:
            if images.get(status["name"], "").startswith(prefix):
                yield pod["metadata"]["name"], status


def _fix(environment: str) -> str:
    return (
        "AKS: the role AcrPull for the kubelet's identity; elsewhere registry.pull_config_dir and "
        f"make bootstrap ENV={environment}"
    )

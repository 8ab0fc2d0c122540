"""The machines that a release's pods may land on, and whether its image runs there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from seatrial import console
from seatrial.errors import RefusedError
from seatrial.kube.client import Cluster, ClusterError, Manifest

READER = "seatrial-node-reader"
FORBIDDEN = 403


def require_compatible_nodes(cluster: Cluster, slot: Iterable[Manifest], platform: tuple[str, str]) -> bool:
    """Refuse an image that cannot run on every node that its pods may land on.

    `slot` holds the release's Deployment, `platform` is the image's (`linux`, `amd64`). Returns False,
    having said so, where this account may not list nodes: the rollout will tell then. Raises
    RefusedError that names a node of another platform, or that there is no node at all.
    """
    try:
        nodes = cluster.list("Node", "")
    except ClusterError as error:
        if error.status != FORBIDDEN:
            raise
        console.line("promote: nodes may not be listed here, so their architecture is not compared")
        return False
    pod = next(each for each in slot if each["kind"] == "Deployment")["spec"]["template"]["spec"]
    fitting = [node for node in nodes if _may_land(pod, node)]
    if not fitting:
        raise RefusedError("no node of the cluster takes these pods", "kubectl get nodes; kubectl uncordon")
    strange = {node["metadata"]["name"]: _platform(node) for node in fitting if _platform(node) != platform}
    for name, found in strange.items():
        what = f"node {name} is {'/'.join(found)}, the image is {'/'.join(platform)}"
        raise RefusedError(what, "build for that, or let the overlay's nodeSelector keep the pods away")
    return True


def node_reader(namespace: Manifest) -> list[Manifest]:
    """Return the right to read nodes, for the deployer of a namespace: an administrator applies it.

    It goes with the namespace, though it stands outside of it.
    """
    name, uid = namespace["metadata"]["name"], namespace["metadata"]["uid"]
    owner = {"apiVersion": "v1", "kind": "Namespace", "name": name, "uid": uid}
    rbac = "rbac.authorization.k8s.io"
    labels = {"app.kubernetes.io/managed-by": "seatrial"}
    return [
        {
            "apiVersion": f"{rbac}/v1",
            "kind": "ClusterRole",
            "metadata": {"name": READER, "labels": labels},
            "rules": [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["get", "list"]}],
        },
        {
            "apiVersion": f"{rbac}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": f"{READER}-{name}", "labels": labels, "ownerReferences": [owner]},
            "roleRef": {"apiGroup": rbac, "kind": "ClusterRole", "name": READER},
            "subjects": [{"kind": "ServiceAccount", "name": "deployer", "namespace": name}],
        },
    ]


def _platform(node: Manifest) -> tuple[str, str]:
    info = node["status"]["nodeInfo"]
    return info["operatingSystem"], info["architecture"]


def _may_land(pod: Manifest, node: Manifest) -> bool:
    """Return whether a node takes such pods, by selector, cordon and taints (a plain pod tolerates none)."""
    spec, labels = node.get("spec") or {}, node["metadata"].get("labels") or {}
    taints: list[dict[str, Any]] = spec.get("taints") or []
    closed = any(taint["effect"] in ("NoSchedule", "NoExecute") for taint in taints)
    return (pod.get("nodeSelector") or {}).items() <= labels.items() and not (
        spec.get("unschedulable") or (closed and not pod.get("tolerations"))
    )

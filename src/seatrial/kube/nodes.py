"""Whether an image runs on the nodes that its pods can be scheduled on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from seatrial import console
from seatrial.errors import RefusedError
from seatrial.kube.labels import MANAGED, MANAGER
from seatrial.kube.protocol import FORBIDDEN, Cluster, ClusterError, Manifest

READER = "seatrial-node-reader"
RBAC = "rbac.authorization.k8s.io"


def require_compatible_nodes(cluster: Cluster, slot: Iterable[Manifest], platform: tuple[str, str]) -> bool:
    """Require that every node on which a release's pods can be scheduled has the image's platform.

    `slot` contains the release's Deployment; `platform` is the image's OS and architecture, such as
    ("linux", "amd64"). Returns False, with a message, if this account may not list nodes. Raises
    RefusedError that names an incompatible node, or if no node accepts the pods.
    """
    try:
        nodes = cluster.list("Node", "")
    except ClusterError as error:
        if error.status != FORBIDDEN:
            raise
        console.line("promote: node architectures are not checked: this account may not list nodes")
        return False
    pod = next(each for each in slot if each["kind"] == "Deployment")["spec"]["template"]["spec"]
    schedulable = [node for node in nodes if _accepts(node, pod)]
    if not schedulable:
        raise RefusedError(
            "no node accepts the release's pods",
            f"{cluster.kubectl} describe nodes shows why; {cluster.kubectl} uncordon NODE",
        )
    for node in schedulable:
        if _platform(node) != platform:
            raise _incompatible(node, platform)
    return True


def node_reader(namespace: Manifest) -> list[Manifest]:
    """Return the ClusterRole and its binding that let a namespace's deployer read nodes.

    The namespace owns the binding, so deleting the namespace deletes it.
    """
    name, uid = namespace["metadata"]["name"], namespace["metadata"]["uid"]
    owner = {"apiVersion": "v1", "kind": "Namespace", "name": name, "uid": uid}
    labels = {MANAGED: MANAGER}
    return [
        {
            "apiVersion": f"{RBAC}/v1",
            "kind": "ClusterRole",
            "metadata": {"name": READER, "labels": labels},
            "rules": [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["get", "list"]}],
        },
        {
            "apiVersion": f"{RBAC}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": f"{READER}-{name}", "labels": labels, "ownerReferences": [owner]},
            "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": READER},
            "subjects": [{"kind": "ServiceAccount", "name": "deployer", "namespace": name}],
        },
    ]


def _incompatible(node: Manifest, platform: tuple[str, str]) -> RefusedError:
    what = f"node {node['metadata']['name']} is {'/'.join(_platform(node))}"
    return RefusedError(
        f"{what}, the image is {'/'.join(platform)}",
        "build the image for that platform, or exclude the node with the overlay's nodeSelector",
    )


def _platform(node: Manifest) -> tuple[str, str]:
    info = node["status"]["nodeInfo"]
    return info["operatingSystem"], info["architecture"]


def _accepts(node: Manifest, pod: Manifest) -> bool:
    """Return whether a node accepts a pod, by node selector, cordon and taints.

    A pod with any toleration is taken to tolerate every taint.
    """
    spec, labels = node.get("spec") or {}, node["metadata"].get("labels") or {}
    taints: list[dict[str, Any]] = spec.get("taints") or []
    tainted = any(taint["effect"] in ("NoSchedule", "NoExecute") for taint in taints)
    return (pod.get("nodeSelector") or {}).items() <= labels.items() and not (
        spec.get("unschedulable") or (tainted and not pod.get("tolerations"))
    )

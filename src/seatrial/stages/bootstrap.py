"""Prepare an environment once, as its administrator."""

from __future__ import annotations

import base64
import json

from seatrial import console
from seatrial.image.credentials import find_credentials
from seatrial.image_reference import ImageReference
from seatrial.kube import network_policy
from seatrial.kube.labels import MANAGED, MANAGER, PULL_SECRET
from seatrial.kube.nodes import node_reader
from seatrial.kube.protocol import FORBIDDEN, ClusterError, Manifest
from seatrial.release.target import Target
from seatrial.settings import Registry, Settings
from seatrial.workspace import Workspace


def bootstrap(settings: Settings, workspace: Workspace, env: str) -> None:
    """Make an environment's namespace, accounts, rights and pull secret, or find them made.

    The namespace enforces Pod Security `restricted`. The pull secret holds what the registry's
    config.json holds for its address; where that has nothing (a cluster whose nodes have an identity
    of their own), there is none. Raises UsageError on wrong settings, OutsideError when the cluster
    refuses or does not answer.
    """
    target = Target(settings, workspace, env)
    for manifest in target.renderer.namespace():
        target.cluster.apply(manifest)
    _let_read_nodes(target)
    secret = _pull_secret(settings.registry_of(env), target.environment.namespace)
    if secret:
        target.cluster.apply(secret)
    else:
        console.line(f"bootstrap: no password for the registry is known: the nodes of {env} need their own")
    _tell_the_fence(target)


def _let_read_nodes(target: Target) -> None:
    namespace = target.cluster.get("Namespace", target.environment.namespace)
    try:
        for manifest in node_reader(namespace or {}):
            target.cluster.apply(manifest)
    except ClusterError as error:
        # Whoever may not give it leaves promote unable to compare architectures, and no more.
        if error.status != FORBIDDEN:
            raise
        console.line(f"bootstrap: the deployer of {target.name} may not list nodes: {error.message}")


def _tell_the_fence(target: Target) -> None:
    """Try out, once there is an image for it, whether the network policies hold, and say so where not."""
    cluster, namespace = target.cluster, target.environment.namespace
    found, stable = network_policy.recorded(cluster, namespace), target.records.stable()
    if found == "unknown" and stable:
        found = _try_the_fence(target, stable.reference)
    if found == "open":
        console.line(
            f"bootstrap: WARNING: nothing enforces the NetworkPolicies of {target.name}: its pods reach "
            "and are reached by all. Only a cluster with an engine for them does (AKS: cilium)"
        )


def _try_the_fence(target: Target, image: str) -> network_policy.Enforcement:
    cluster, namespace = target.cluster, target.environment.namespace
    try:
        with console.step(f"try the network policies of {target.name}"):
            found = network_policy.probe(cluster, namespace, ImageReference.parse(image))
    except ClusterError as error:
        # A quota, say: an answer is worth less than the rest of bootstrap.
        console.line(f"bootstrap: the network policies could not be tried: {error.message}")
        return "unknown"
    if found == "unknown":
        console.line("bootstrap: the network policies could not be tried: the pod for it did not run")
    network_policy.record(cluster, namespace, found)
    return found


def _pull_secret(registry: Registry, namespace: str) -> Manifest | None:
    login = find_credentials(registry)
    if not login.user:
        return None
    auth = base64.b64encode(f"{login.user}:{login.password}".encode()).decode()
    config = json.dumps({"auths": {registry.address: {"auth": auth}}})
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": PULL_SECRET, "namespace": namespace, "labels": {MANAGED: MANAGER}},
        "type": "kubernetes.io/dockerconfigjson",
        "data": {".dockerconfigjson": base64.b64encode(config.encode()).decode()},
    }

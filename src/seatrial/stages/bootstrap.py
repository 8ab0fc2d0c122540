"""Prepare an environment once, as its administrator."""

from __future__ import annotations

import base64
import json

from seatrial import console
from seatrial.errors import RefusedError
from seatrial.image.credentials import Credentials
from seatrial.image.pull_login import find_pull_login, require_pull_only
from seatrial.image_reference import ImageReference
from seatrial.kube import network_policy
from seatrial.kube.bindings import bound
from seatrial.kube.labels import MANAGED, MANAGER, PULL_SECRET
from seatrial.kube.nodes import node_reader
from seatrial.kube.protocol import FORBIDDEN, ClusterError, Manifest
from seatrial.release.services import Services
from seatrial.release.target import Target
from seatrial.settings import Registry, Settings
from seatrial.system import SERVICES
from seatrial.workspace import Workspace


def bootstrap(settings: Settings, workspace: Workspace, env: str, services: Services = SERVICES) -> None:
    """Create an environment's namespace, service accounts, roles and pull secret. Idempotent.

    The Roles are bound to the environment's `deployers` and `readers` too; who is no longer one of them loses
    them. The namespace enforces Pod Security `restricted`. The pull secret has the login in the registry's
    `pull_config_dir`; without that setting (nodes with an identity of their own) there is no secret. Raises,
    before it changes anything, RefusedError if that login cannot pull or can push, or if there is a secret
    although there should be none; UsageError on wrong settings; OutsideError if registry or cluster fail.
    """
    target = Target(settings, workspace, env, services)
    registry = settings.registry_of(env)
    login = find_pull_login(registry)
    if login:
        require_pull_only(registry, login)
    else:
        _refuse_old_secret(target)
    for manifest in target.renderer.namespace():
        target.cluster.apply(_bound(target, manifest))
    _allow_node_list(target)
    if login:
        target.cluster.apply(_pull_secret(registry, login, target.environment.namespace))
    else:
        console.line(
            f"bootstrap: registry.pull_config_dir is not set: the nodes of {env} need their own access"
        )
    _warn_without_network_policies(target)


def _bound(target: Target, manifest: Manifest) -> Manifest:
    return bound(manifest, target.environment.deployers, target.environment.readers)


def _allow_node_list(target: Target) -> None:
    namespace = target.cluster.get("Namespace", target.environment.namespace)
    try:
        for manifest in node_reader(namespace or {}):
            target.cluster.apply(_bound(target, manifest))
    except ClusterError as error:
        # Without this right `promote` cannot compare architectures and skips that check.
        if error.status != FORBIDDEN:
            raise
        console.line(f"bootstrap: the deployer of {target.name} may not list nodes: {error.message}")


def _warn_without_network_policies(target: Target) -> None:
    """Probe whether NetworkPolicies are enforced, once there is an image for the probe's pod."""
    cluster, namespace = target.cluster, target.environment.namespace
    found, stable = network_policy.recorded(cluster, namespace), target.records.stable()
    if found == "unknown" and stable:
        found = _probe_network_policies(target, stable.reference)
    if found == "open":
        console.line(
            f"bootstrap: WARNING: the cluster of {target.name} does not enforce NetworkPolicies: its pods "
            "can be reached by all others and reach all others. AKS enforces them with cilium"
        )


def _probe_network_policies(target: Target, reference: ImageReference) -> network_policy.Enforcement:
    cluster, namespace = target.cluster, target.environment.namespace
    try:
        with console.step(f"probe the network policies of {target.name}", target.services.runtime):
            found = network_policy.probe(cluster, namespace, reference, target.services.runtime)
    except ClusterError as error:
        # For example a quota. It is no reason to fail the rest of bootstrap.
        console.line(f"bootstrap: the network policies could not be probed: {error.message}")
        return "unknown"
    if found == "unknown":
        console.line("bootstrap: the network policies could not be probed: the probe's pod did not run")
    network_policy.record(cluster, namespace, found)
    return found


def _refuse_old_secret(target: Target) -> None:
    """Refuse a pull secret of an earlier bootstrap; older versions wrote the administrator's login to it."""
    namespace = target.environment.namespace
    found = target.cluster.get("Secret", PULL_SECRET, namespace)
    if found and (found["metadata"].get("labels") or {}).get(MANAGED) == MANAGER:
        raise RefusedError(
            f"{target.name} has a pull secret, but registry.pull_config_dir is not set",
            "set it (make cloud does so for the local cloud), or, if the nodes have an identity of their "
            f"own, kubectl delete secret {PULL_SECRET} -n {namespace}",
        )


def _pull_secret(registry: Registry, login: Credentials, namespace: str) -> Manifest:
    auth = base64.b64encode(f"{login.user}:{login.password}".encode()).decode()
    config = json.dumps({"auths": {registry.address: {"auth": auth}}})
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": PULL_SECRET, "namespace": namespace, "labels": {MANAGED: MANAGER}},
        "type": "kubernetes.io/dockerconfigjson",
        "data": {".dockerconfigjson": base64.b64encode(config.encode()).decode()},
    }

"""Faults in what a release depends on: a quota, used up addresses, manual edits, services that are down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from e2e.release.conftest import ReleaseEnvironment
from e2e.release.local_containers import apiserver_down, kubectl, part, paused, unreachable_from_node
from seatrial.kube.labels import deployment
from seatrial.wait import until

# The size of the local cloud's address pool.
ADDRESSES = 12
DOWN_SECONDS = 30


@contextmanager
def quota_exceeded(environment: ReleaseEnvironment) -> Iterator[None]:
    """Limit the namespace to the pods that it has."""
    namespace, pods = environment.target.environment.namespace, sum(environment.pods().values())
    kubectl(environment, "create", "quota", "no-more", f"--hard=pods={pods}", "-n", namespace)

    def usage_counted() -> bool | None:
        path = "jsonpath={.status.used}"
        return True if kubectl(environment, "get", "quota", "no-more", "-n", namespace, "-o", path) else None

    try:
        until("the usage of the quota", usage_counted, 30)
        yield
    finally:
        kubectl(environment, "delete", "quota", "no-more", "-n", namespace)


@contextmanager
def addresses_used_up(environment: ReleaseEnvironment) -> Iterator[None]:
    """Use every free address of the load balancer for other Services."""
    cluster, namespace = environment.target.cluster, "default"
    names = [f"taken-{number}" for number in range(ADDRESSES)]

    try:
        for name in names:
            cluster.apply(_load_balancer_service(name, namespace), manager="test")
        until("the use of every address", lambda: _all_processed(environment, names), 30)
        yield
    finally:
        for name in names:
            cluster.delete("Service", name, namespace)


def _all_processed(environment: ReleaseEnvironment, names: list[str]) -> bool | None:
    """Return True once each of these Services has an address or the event that none is free."""
    cluster = environment.target.cluster
    events = cluster.list("Event", "default", fields="reason=NoAddressLeft")
    refused = {event["involvedObject"]["uid"] for event in events}
    found = [cluster.get("Service", name, "default") or {} for name in names]
    done = [each["status"].get("loadBalancer") or each["metadata"]["uid"] in refused for each in found]
    return True if all(done) else None


def _load_balancer_service(name: str, namespace: str) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"type": "LoadBalancer", "selector": {"no": "pod"}, "ports": [{"name": "http", "port": 80}]},
    }


def apiserver_down_during_release(environment: ReleaseEnvironment) -> AbstractContextManager[None]:
    """Stop the API server for half a minute once the next release is recorded."""
    number = environment.last().number + 1

    def recorded() -> bool:
        return any(record.number == number for record in environment.target.records.all())

    return apiserver_down(environment, recorded, DOWN_SECONDS)


def registry_down(environment: ReleaseEnvironment) -> AbstractContextManager[None]:
    """Pause the registry."""
    return paused(part(environment.target.workspace, "registry"))


def registry_unreachable_from_node(environment: ReleaseEnvironment) -> AbstractContextManager[None]:
    """Block the node's route to the endpoint that it pulls from; this machine still reaches it."""
    return unreachable_from_node(environment.target.workspace, "registry-readonly")


def dns_down(environment: ReleaseEnvironment) -> AbstractContextManager[None]:
    """Pause the DNS server."""
    return paused(part(environment.target.workspace, "dns"))


@contextmanager
def stable_paused(environment: ReleaseEnvironment) -> Iterator[None]:
    """Pause the stable release's Deployment; it is not resumed."""
    kubectl(environment, "rollout", "pause", _stable(environment), "-n", _namespace(environment))
    yield


@contextmanager
def stable_edited(environment: ReleaseEnvironment) -> Iterator[None]:
    """Add a variable to the stable release's Deployment; it is not removed."""
    kubectl(environment, "set", "env", _stable(environment), "EDITED=1", "-n", _namespace(environment))
    yield


def _stable(environment: ReleaseEnvironment) -> str:
    return f"deployment/{deployment(environment.stable().slot)}"


def _namespace(environment: ReleaseEnvironment) -> str:
    return environment.target.environment.namespace

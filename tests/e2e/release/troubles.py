"""What may be in a release's way: a quota, no address left, a hand, an API server that is away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from e2e.release.conftest import Trial
from e2e.release.machine import administer, apiserver_away, part, paused, unreachable_from_the_node
from seatrial.kube.labels import deployment
from seatrial.wait import until

# What the local cloud's load balancer has to give.
ADDRESSES = 12
AWAY_SECONDS = 30


@contextmanager
def quota_reached(trial: Trial) -> Iterator[None]:
    """Allow the namespace no more pods than it has."""
    namespace, pods = trial.target.environment.namespace, sum(trial.pods().values())
    administer(trial, "create", "quota", "no-more", f"--hard=pods={pods}", "-n", namespace)

    def counted() -> bool | None:
        used = administer(trial, "get", "quota", "no-more", "-n", namespace, "-o", "jsonpath={.status.used}")
        return True if used else None

    try:
        until("the quota to be counted", counted, 30)
        yield
    finally:
        administer(trial, "delete", "quota", "no-more", "-n", namespace)


@contextmanager
def addresses_used_up(trial: Trial) -> Iterator[None]:
    """Have others hold every address of the load balancer that is free."""
    cluster, namespace = trial.target.cluster, "default"
    names = [f"taken-{number}" for number in range(ADDRESSES)]

    try:
        for name in names:
            cluster.apply(_balanced(name, namespace), manager="test")
        until("the last address to be taken", lambda: _all_told(trial, names), 30)
        yield
    finally:
        for name in names:
            cluster.delete("Service", name, namespace)


def _all_told(trial: Trial, names: list[str]) -> bool | None:
    """Every one of these Services has its address, or was told that there is none left."""
    cluster = trial.target.cluster
    events = cluster.list("Event", "default", fields="reason=NoAddressLeft")
    told = {event["involvedObject"]["uid"] for event in events}
    found = [cluster.get("Service", name, "default") or {} for name in names]
    done = [each["status"].get("loadBalancer") or each["metadata"]["uid"] in told for each in found]
    return True if all(done) else None


def _balanced(name: str, namespace: str) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"type": "LoadBalancer", "selector": {"no": "body"}, "ports": [{"name": "http", "port": 80}]},
    }


def apiserver_away_mid_release(trial: Trial) -> AbstractContextManager[None]:
    """Stop the API server for half a minute once the next release has begun."""
    number = trial.last().number + 1

    def begun() -> bool:
        return any(record.number == number for record in trial.target.records.all())

    return apiserver_away(trial, begun, AWAY_SECONDS)


def registry_away(trial: Trial) -> AbstractContextManager[None]:
    """Have the registry answer nobody."""
    return paused(part(trial.target.workspace, "registry"))


def registry_away_from_the_node(trial: Trial) -> AbstractContextManager[None]:
    """Have the node find no way to the registry, which this machine still does."""
    return unreachable_from_the_node(trial.target.workspace, "registry")


def names_away(trial: Trial) -> AbstractContextManager[None]:
    """Have the name server answer nobody."""
    return paused(part(trial.target.workspace, "dns"))


@contextmanager
def stable_paused(trial: Trial) -> Iterator[None]:
    """Pause the stable release's Deployment by hand; nobody resumes it."""
    administer(trial, "rollout", "pause", _stable(trial), "-n", trial.target.environment.namespace)
    yield


@contextmanager
def stable_edited(trial: Trial) -> Iterator[None]:
    """Change the stable release's Deployment by hand; nobody changes it back."""
    namespace = trial.target.environment.namespace
    administer(trial, "set", "env", _stable(trial), "BY_HAND=1", "-n", namespace)
    yield


def _stable(trial: Trial) -> str:
    return f"deployment/{deployment(trial.stable().slot)}"

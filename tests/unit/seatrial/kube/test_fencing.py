"""Writes of a deployer that lost its Lease, in every order with those of the next holder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from memory_cluster import MemoryCluster
from seatrial.errors import HeldError
from seatrial.kube.fencing import ATTEMPTS, FencedCluster
from seatrial.kube.labels import MANAGED, PART, TRANSITION
from seatrial.kube.lease import Lease
from seatrial.kube.protocol import ClusterError, Manifest
from virtual_runtime import VirtualRuntime

SECONDS = 60
LABELS = {MANAGED: "seatrial"}


def deployment(replicas: int = 2) -> Manifest:
    """Return the Deployment of slot blue."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "classifier-blue", "namespace": "trial", "labels": LABELS},
        "spec": {"replicas": replicas},
    }


def record() -> Manifest:
    """Return the ConfigMap of a record."""
    metadata = {"name": "release-1", "namespace": "trial", "labels": {**LABELS, PART: "record"}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {}}


def fenced(cluster: MemoryCluster, holder: str, runtime: VirtualRuntime) -> FencedCluster:
    """Return the cluster of a deployer."""
    return FencedCluster(cluster, Lease(cluster, "trial", SECONDS, holder, runtime))


@pytest.fixture
def cluster(runtime: VirtualRuntime) -> MemoryCluster:
    """A cluster in virtual time, with a Deployment and a record."""
    found = MemoryCluster(runtime=runtime)
    found.apply(deployment())
    found.apply(record())
    return found


@pytest.fixture
def first(cluster: MemoryCluster, runtime: VirtualRuntime) -> Iterator[FencedCluster]:
    """The first deployer, which holds the Lease."""
    found = fenced(cluster, "ann@laptop/1", runtime)
    with found.lease.hold():
        yield found


WRITES: dict[str, Callable[[FencedCluster], object]] = {
    "apply": lambda cluster: cluster.apply(deployment(7)),
    "replace_field": lambda cluster: cluster.replace_field(deployment(7), "replicas"),
    "delete": lambda cluster: cluster.delete("Deployment", "classifier-blue", "trial"),
    "replace": lambda cluster: cluster.replace(cluster.get("ConfigMap", "release-1", "trial") or {}),
    "create": lambda cluster: cluster.create({**record(), "metadata": {"name": "release-2"}}),
    "apply_new": lambda cluster: cluster.apply_new(
        {**deployment(), "metadata": {"name": "classifier-green"}}
    ),
}


@pytest.mark.parametrize("write", WRITES)
def test_a_holder_writes_with_its_stamp(cluster: MemoryCluster, first: FencedCluster, write: str) -> None:
    """Every write has an effect, and leaves the number of the Lease's transition on its object."""
    before = {key: each["metadata"]["resourceVersion"] for key, each in cluster.objects.items()}
    WRITES[write](first)
    changed = [
        each
        for key, each in cluster.objects.items()
        if each["metadata"]["resourceVersion"] != before.get(key)
    ]
    if write == "delete":
        assert ("Deployment", "classifier-blue") not in cluster.objects
    elif write != "replace_field":
        assert [each["metadata"]["annotations"][TRANSITION] for each in changed] == ["1"]


@pytest.mark.parametrize("write", WRITES)
def test_after_the_lease_is_lost_no_write_has_an_effect(
    cluster: MemoryCluster, first: FencedCluster, runtime: VirtualRuntime, write: str
) -> None:
    """A deployer that was suspended while another one took the Lease changes nothing."""
    runtime.suspend(SECONDS + 1)
    with fenced(cluster, "ben@ci/2", runtime).lease.hold():
        before = {key: each["metadata"]["resourceVersion"] for key, each in cluster.objects.items()}
        with pytest.raises(HeldError):
            WRITES[write](first)
        assert before == {key: each["metadata"]["resourceVersion"] for key, each in cluster.objects.items()}


@pytest.mark.parametrize("write", ["apply", "replace_field", "delete", "replace"])
def test_a_takeover_between_the_lease_and_the_write_prevents_the_write(
    cluster: MemoryCluster, first: FencedCluster, runtime: VirtualRuntime, write: str
) -> None:
    """The deployer is suspended after it has read object and Lease: its write conflicts with the stamp."""
    second = fenced(cluster, "ben@ci/2", runtime)
    ask, holds = first.lease.ask, second.lease.hold()

    def suspended() -> None:
        ask()
        runtime.suspend(SECONDS + 1)
        holds.__enter__()
        assert second.lease.expired
        second.take_over("trial")

    first.lease.ask = suspended  # type: ignore[method-assign]
    with pytest.raises((HeldError, ClusterError)):
        WRITES[write](first)
    assert cluster.objects["Deployment", "classifier-blue"]["spec"] == {"replicas": 2}
    holds.__exit__(None, None, None)


def test_a_takeover_stamps_every_object(
    cluster: MemoryCluster, first: FencedCluster, runtime: VirtualRuntime
) -> None:
    """Slots, Services and records are stamped; what they contain is unchanged."""
    second = fenced(cluster, "ben@ci/2", runtime)
    runtime.suspend(SECONDS + 1)
    with second.lease.hold():
        second.take_over("trial")
    stamps = {key[1]: each["metadata"].get("annotations", {}) for key, each in cluster.objects.items()}
    assert stamps["classifier-blue"] == stamps["release-1"] == {TRANSITION: "2"}
    assert cluster.objects["Deployment", "classifier-blue"]["spec"] == {"replicas": 2}


def test_a_deleted_lease_does_not_restart_the_numbers(
    cluster: MemoryCluster, first: FencedCluster, runtime: VirtualRuntime
) -> None:
    """After a person has deleted the Lease, the next holder's number is above all stamps."""
    for number in range(3):
        first.lease.transition = number
        first.apply(deployment())
    cluster.delete("Lease", "seatrial", "trial")
    second = fenced(cluster, "ben@ci/2", runtime)
    with second.lease.hold():
        second.apply(deployment())
        assert second.lease.transition == 3


def test_a_controllers_write_in_between_does_not_fail_a_write(
    cluster: MemoryCluster, first: FencedCluster
) -> None:
    """An object whose status changes between the read and the write is read again."""
    calls = 0
    ask = first.lease.ask

    def update_status() -> None:
        nonlocal calls
        calls += 1
        if calls < ATTEMPTS:
            cluster.apply({**deployment(), "status": {"replicas": calls}})
        ask()

    first.lease.ask = update_status  # type: ignore[method-assign]
    first.apply(deployment(7))
    assert calls == ATTEMPTS
    assert cluster.objects["Deployment", "classifier-blue"]["spec"] == {"replicas": 7}


def test_a_lease_that_is_not_held_refuses_writes(cluster: MemoryCluster, runtime: VirtualRuntime) -> None:
    """Without the Lease nothing can be written."""
    with pytest.raises(HeldError):
        fenced(cluster, "ann@laptop/1", runtime).apply(deployment())


def test_a_stop_request_reaches_the_holder_within_seconds(
    cluster: MemoryCluster, first: FencedCluster, runtime: VirtualRuntime
) -> None:
    """A deployer that waits for the Lease can ask its holder to stop; the Lease stays the holder's."""
    second = replace(first.lease, holder="ben@ci/2")
    with pytest.raises(HeldError), second.hold(stop_holder="ben rolls back: wrong labels"):
        pass
    first.lease.check_not_stopped()
    runtime.sleep(3)
    with pytest.raises(Exception, match="stopped: ben rolls back: wrong labels") as caught:
        first.lease.check_not_stopped()
    assert getattr(caught.value, "exit_code", None) == 10
    first.lease.check()
    first.apply(deployment(7))

"""Writes of a deployer that lost its Lease, in every order with those of the next holder."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from leases import SECONDS, deployment, fenced, record
from memory_cluster import MemoryCluster
from seatrial.errors import HeldError
from seatrial.kube.fencing import ATTEMPTS, FencedCluster
from seatrial.kube.labels import TRANSITION
from seatrial.kube.protocol import ClusterError
from virtual_runtime import VirtualRuntime

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
def test_a_holder_writes_with_its_stamp(stored: MemoryCluster, holder: FencedCluster, write: str) -> None:
    """Every write has an effect, and leaves the number of the Lease's transition on its object."""
    before = {key: each["metadata"]["resourceVersion"] for key, each in stored.objects.items()}
    WRITES[write](holder)
    changed = [
        each for key, each in stored.objects.items() if each["metadata"]["resourceVersion"] != before.get(key)
    ]
    if write == "delete":
        assert ("Deployment", "classifier-blue") not in stored.objects
    elif write != "replace_field":
        assert [each["metadata"]["annotations"][TRANSITION] for each in changed] == ["1"]


@pytest.mark.parametrize("write", WRITES)
def test_after_the_lease_is_lost_no_write_has_an_effect(
    stored: MemoryCluster, holder: FencedCluster, runtime: VirtualRuntime, write: str
) -> None:
    """A deployer that was suspended while another one took the Lease changes nothing."""
    runtime.suspend(SECONDS + 1)
    with fenced(stored, "ben@ci/2", runtime).lease.hold():
        before = {key: each["metadata"]["resourceVersion"] for key, each in stored.objects.items()}
        with pytest.raises(HeldError):
            WRITES[write](holder)
        assert before == {key: each["metadata"]["resourceVersion"] for key, each in stored.objects.items()}


@pytest.mark.parametrize("write", ["apply", "replace_field", "delete", "replace"])
def test_a_takeover_between_the_lease_and_the_write_prevents_the_write(
    stored: MemoryCluster, holder: FencedCluster, runtime: VirtualRuntime, write: str
) -> None:
    """The deployer is suspended after it has read object and Lease: its write conflicts with the stamp."""
    second = fenced(stored, "ben@ci/2", runtime)
    ask, holds = holder.lease.ask, second.lease.hold()

    def suspended() -> None:
        ask()
        runtime.suspend(SECONDS + 1)
        holds.__enter__()
        assert second.lease.expired
        second.take_over("trial")

    holder.lease.ask = suspended  # type: ignore[method-assign]
    with pytest.raises((HeldError, ClusterError)):
        WRITES[write](holder)
    assert stored.objects["Deployment", "classifier-blue"]["spec"] == {"replicas": 2}
    holds.__exit__(None, None, None)


def test_a_controllers_write_in_between_does_not_fail_a_write(
    stored: MemoryCluster, holder: FencedCluster
) -> None:
    """An object whose status changes between the read and the write is read again."""
    calls = 0
    ask = holder.lease.ask

    def update_status() -> None:
        nonlocal calls
        calls += 1
        if calls < ATTEMPTS:
            stored.apply({**deployment(), "status": {"replicas": calls}})
        ask()

    holder.lease.ask = update_status  # type: ignore[method-assign]
    holder.apply(deployment(7))
    assert calls == ATTEMPTS
    assert stored.objects["Deployment", "classifier-blue"]["spec"] == {"replicas": 7}


def test_a_lease_that_is_not_held_refuses_writes(stored: MemoryCluster, runtime: VirtualRuntime) -> None:
    """Without the Lease nothing can be written."""
    with pytest.raises(HeldError):
        fenced(stored, "ann@laptop/1", runtime).apply(deployment())

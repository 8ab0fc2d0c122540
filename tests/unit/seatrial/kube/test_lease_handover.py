"""The handover of a Lease to a pending release, and writes that conflict."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from leases import FIRST_HOLDER, SECOND_HOLDER, SECONDS, assert_held, stored_lease
from memory_cluster import MemoryCluster
from seatrial.kube.lease import HANDOVER_FACTOR, Lease
from seatrial.kube.lease_object import holder_of, new_lease, set_holder
from seatrial.kube.protocol import Manifest
from virtual_runtime import VirtualRuntime


def test_a_pending_release_keeps_the_lease_until_it_is_adopted(
    cluster: MemoryCluster, first: Lease, second: Lease
) -> None:
    """A Lease that was handed over refuses `hold`, names the release, and accepts `hold(adopt=True)`."""
    with first.hold():
        first.hand_over("trial-4")
    assert "trial-4 is pending" in assert_held(second).hint
    with second.hold(adopt=True):
        assert holder_of(stored_lease(cluster)) == SECOND_HOLDER
    with first.hold():
        pass


def test_the_lease_of_a_pending_release_expires(
    cluster: MemoryCluster, first: Lease, second: Lease, runtime: VirtualRuntime
) -> None:
    """A Lease that nobody adopts expires after five times its duration."""
    with first.hold():
        first.hand_over("trial-4")
    runtime.sleep(SECONDS * HANDOVER_FACTOR)
    assert_held(second)
    runtime.sleep(1)
    with second.hold():
        assert stored_lease(cluster)["spec"]["leaseDurationSeconds"] == SECONDS


def _twice(call: Callable[[Manifest], Manifest]) -> Callable[[Manifest], Manifest]:
    """Return `call` as a client repeats it after the first response was lost."""

    def repeated(manifest: Manifest) -> Manifest:
        call(manifest)
        return call(manifest)

    return repeated


def test_an_acquisition_whose_response_was_lost_counts(
    cluster: MemoryCluster, first: Lease, second: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A repeated `create` that conflicts with itself acquires the Lease."""
    monkeypatch.setattr(cluster, "create", _twice(cluster.create))
    with first.hold():
        assert holder_of(stored_lease(cluster)) == FIRST_HOLDER
        assert_held(second)


def test_a_handover_whose_response_was_lost_counts(
    cluster: MemoryCluster, first: Lease, second: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A repeated `replace` that conflicts with itself hands the Lease over."""
    with first.hold(), monkeypatch.context() as lost:
        lost.setattr(cluster, "replace", _twice(cluster.replace))
        first.hand_over("trial-4")
    assert "trial-4" in assert_held(second).hint


def test_only_one_of_two_deployers_at_the_same_time_acquires_the_lease(
    cluster: MemoryCluster, first: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deployer whose write conflicts with another's acquisition is refused."""
    create = cluster.create

    def create_after_second(manifest: Manifest) -> Manifest:
        lease = new_lease("trial")
        set_holder(lease, SECOND_HOLDER, SECONDS, cluster.now())
        create(lease)
        return create(manifest)

    monkeypatch.setattr(cluster, "create", create_after_second)
    assert SECOND_HOLDER in assert_held(first).message

"""The Lease of an environment, in virtual time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from memory_cluster import MemoryCluster
from seatrial.errors import HeldError
from seatrial.kube.lease import HANDOVER, Lease
from seatrial.kube.lease_object import holder_of, new_lease, set_holder
from seatrial.kube.protocol import Manifest, UnreachableError
from virtual_runtime import VirtualRuntime

SECONDS = 60
ANN, BEN = "ann@laptop/1", "ben@ci/2"


@pytest.fixture
def first(cluster: MemoryCluster, runtime: VirtualRuntime) -> Lease:
    """The Lease as one deployer uses it."""
    return Lease(cluster, "trial", SECONDS, ANN, runtime)


@pytest.fixture
def second(cluster: MemoryCluster, runtime: VirtualRuntime) -> Lease:
    """The Lease as another deployer uses it."""
    return Lease(cluster, "trial", SECONDS, BEN, runtime)


@pytest.fixture
def killed(cluster: MemoryCluster) -> str:
    """The identity of a holder that was killed just after it acquired the Lease."""
    lease = new_lease("trial")
    set_holder(lease, "killed@ci/3", SECONDS, cluster.now())
    cluster.create(lease)
    return "killed@ci/3"


def _stored(cluster: MemoryCluster) -> Manifest:
    return cluster.objects[("Lease", "seatrial")]


def _assert_held(lease: Lease) -> HeldError:
    with pytest.raises(HeldError) as caught, lease.hold():
        pass
    return caught.value


def test_the_second_deployer_is_refused_with_the_holder_and_the_time(first: Lease, second: Lease) -> None:
    """A held Lease is refused with exit code 12, the holder's identity and since when it holds."""
    with first.hold():
        error = _assert_held(second)
    assert error.message == f"trial is held by {ANN} since 2026-01-01T00:00:00Z"
    assert error.exit_code == 12


def test_the_lease_is_free_after_its_holder_ended(
    cluster: MemoryCluster, first: Lease, second: Lease, runtime: VirtualRuntime
) -> None:
    """The end of the block releases the Lease and ends its renewal."""
    with first.hold():
        pass
    runtime.sleep(SECONDS)
    assert holder_of(_stored(cluster)) == ""
    with second.hold():
        assert holder_of(_stored(cluster)) == BEN


def test_the_lease_of_a_killed_holder_expires(
    cluster: MemoryCluster, second: Lease, killed: str, runtime: VirtualRuntime
) -> None:
    """A Lease that was not renewed for its duration can be acquired, and not before."""
    runtime.sleep(SECONDS)
    assert killed in _assert_held(second).message
    runtime.sleep(1)
    with second.hold():
        assert holder_of(_stored(cluster)) == BEN


def test_the_holder_renews_the_lease(
    cluster: MemoryCluster, first: Lease, second: Lease, runtime: VirtualRuntime
) -> None:
    """A holder keeps the Lease for longer than its duration."""
    with first.hold():
        runtime.sleep(10 * SECONDS + 1)
        _assert_held(second)
        first.check()
    assert _stored(cluster)["spec"]["renewTime"].startswith("2026-01-01T00:10:00")
    assert _stored(cluster)["spec"]["acquireTime"].startswith("2026-01-01T00:00:00")


def test_a_holder_that_lost_the_lease_is_stopped_by_its_next_check(
    cluster: MemoryCluster, first: Lease, runtime: VirtualRuntime
) -> None:
    """After another deployer acquired the Lease, `check` raises, and the Lease is not changed."""
    with first.hold():
        set_holder(_stored(cluster), BEN, SECONDS, cluster.now())
        runtime.sleep(SECONDS / 2)
        with pytest.raises(HeldError, match=BEN):
            first.check()
    assert holder_of(_stored(cluster)) == BEN


def test_a_holder_that_was_suspended_reads_the_lease_before_it_continues(
    first: Lease, second: Lease, runtime: VirtualRuntime
) -> None:
    """A process that was suspended for longer than the duration finds the new holder at its next check."""
    with first.hold():
        runtime.suspend(SECONDS + 1)
        with second.hold(), pytest.raises(HeldError, match=BEN):
            first.check()


def test_a_suspended_holder_continues_if_the_lease_is_still_its_own(
    first: Lease, runtime: VirtualRuntime
) -> None:
    """A suspension without another deployer does not lose the Lease."""
    with first.hold():
        runtime.suspend(SECONDS + 1)
        first.check()


def test_the_holder_keeps_the_lease_while_the_cluster_is_unreachable(
    cluster: MemoryCluster, first: Lease, runtime: VirtualRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Renewal continues after an outage, and `check` does not raise during it."""

    def unreachable(*_: object) -> None:
        raise UnreachableError("the cluster does not respond")

    with first.hold():
        with monkeypatch.context() as outage:
            outage.setattr(cluster, "get", unreachable)
            runtime.sleep(2 * SECONDS)
            first.check()
        runtime.sleep(SECONDS / 2 + 1)
        first.check()
        assert _stored(cluster)["spec"]["renewTime"].startswith("2026-01-01T00:02:30")


def test_a_lease_without_a_renewal_time_is_free(cluster: MemoryCluster, first: Lease, killed: str) -> None:
    """A Lease with a holder and no time, as made by hand, can be acquired."""
    del _stored(cluster)["spec"]["renewTime"]
    with first.hold():
        assert holder_of(_stored(cluster)) == ANN


def test_a_pending_release_keeps_the_lease_until_it_is_adopted(
    cluster: MemoryCluster, first: Lease, second: Lease
) -> None:
    """A Lease that was handed over refuses `hold`, names the release, and accepts `hold(adopt=True)`."""
    with first.hold():
        first.hand_over("trial-4")
    assert "trial-4 is pending" in _assert_held(second).hint
    with second.hold(adopt=True):
        assert holder_of(_stored(cluster)) == BEN
    with first.hold():
        pass


def test_the_lease_of_a_pending_release_expires(
    cluster: MemoryCluster, first: Lease, second: Lease, runtime: VirtualRuntime
) -> None:
    """A Lease that nobody adopts expires after five times its duration."""
    with first.hold():
        first.hand_over("trial-4")
    runtime.sleep(SECONDS * HANDOVER)
    _assert_held(second)
    runtime.sleep(1)
    with second.hold():
        assert _stored(cluster)["spec"]["leaseDurationSeconds"] == SECONDS


@pytest.mark.parametrize("offset", [timedelta(hours=1), timedelta(hours=-1)])
def test_only_the_clusters_clock_counts(
    cluster: MemoryCluster, first: Lease, second: Lease, runtime: VirtualRuntime, offset: timedelta
) -> None:
    """A Lease expires by the cluster's clock, however far this machine's clock is from it."""
    cluster.clock_offset = offset
    with first.hold():
        _assert_held(second)
        runtime.suspend(SECONDS + 1)
        with second.hold():
            assert holder_of(_stored(cluster)) == BEN


def test_patience_waits_for_the_lease_to_expire(
    cluster: MemoryCluster, second: Lease, killed: str, runtime: VirtualRuntime
) -> None:
    """`hold` with patience acquires the Lease of a killed holder as soon as it expires."""
    with second.hold(patience=2 * SECONDS):
        assert holder_of(_stored(cluster)) == BEN
        assert SECONDS < runtime.monotonic() <= SECONDS + 1


def test_patience_ends(second: Lease, first: Lease, runtime: VirtualRuntime) -> None:
    """`hold` raises HeldError when its patience ends."""
    with first.hold(), pytest.raises(HeldError, match=ANN), second.hold(patience=2 * SECONDS):
        pass
    assert 2 * SECONDS <= runtime.monotonic() <= 2 * SECONDS + 1


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
        assert holder_of(_stored(cluster)) == ANN
        _assert_held(second)


def test_a_handover_whose_response_was_lost_counts(
    cluster: MemoryCluster, first: Lease, second: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A repeated `replace` that conflicts with itself hands the Lease over."""
    with first.hold(), monkeypatch.context() as lost:
        lost.setattr(cluster, "replace", _twice(cluster.replace))
        first.hand_over("trial-4")
    assert "trial-4" in _assert_held(second).hint


def test_only_one_of_two_deployers_at_the_same_time_acquires_the_lease(
    cluster: MemoryCluster, first: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deployer whose write conflicts with another's acquisition is refused."""
    create = cluster.create

    def create_after_second(manifest: Manifest) -> Manifest:
        lease = new_lease("trial")
        set_holder(lease, BEN, SECONDS, cluster.now())
        create(lease)
        return create(manifest)

    monkeypatch.setattr(cluster, "create", create_after_second)
    assert BEN in _assert_held(first).message

"""The Lease of an environment, in virtual time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leases import FIRST_HOLDER, SECOND_HOLDER, SECONDS, assert_held, stored_lease
from memory_cluster import MemoryCluster
from seatrial.errors import HeldError
from seatrial.kube.lease import Lease
from seatrial.kube.lease_object import holder_of, new_lease, set_holder
from seatrial.kube.protocol import Manifest, UnreachableError
from virtual_runtime import VirtualRuntime


@pytest.fixture
def killed(cluster: MemoryCluster) -> str:
    """The identity of a holder that was killed just after it acquired the Lease."""
    lease = new_lease("trial")
    set_holder(lease, "killed@ci/3", SECONDS, cluster.now())
    cluster.create(lease)
    return "killed@ci/3"


def test_the_second_deployer_is_refused_with_the_holder_and_the_time(first: Lease, second: Lease) -> None:
    """A held Lease is refused with exit code 12, the holder's identity and since when it holds."""
    with first.hold():
        error = assert_held(second)
    assert error.message == f"trial is held by {FIRST_HOLDER} since 2026-01-01T00:00:00Z"
    assert error.exit_code == 12


def test_the_lease_is_free_after_its_holder_ended(
    cluster: MemoryCluster, first: Lease, second: Lease, runtime: VirtualRuntime
) -> None:
    """The end of the block releases the Lease and ends its renewal."""
    with first.hold():
        pass
    runtime.sleep(SECONDS)
    assert holder_of(stored_lease(cluster)) == ""
    with second.hold():
        assert holder_of(stored_lease(cluster)) == SECOND_HOLDER


def test_the_lease_of_a_killed_holder_expires(
    cluster: MemoryCluster, second: Lease, killed: str, runtime: VirtualRuntime
) -> None:
    """A Lease that was not renewed for its duration can be acquired, and not before."""
    runtime.sleep(SECONDS)
    assert killed in assert_held(second).message
    runtime.sleep(1)
    with second.hold():
        assert holder_of(stored_lease(cluster)) == SECOND_HOLDER


def test_the_holder_renews_the_lease(
    cluster: MemoryCluster, first: Lease, second: Lease, runtime: VirtualRuntime
) -> None:
    """A holder keeps the Lease for longer than its duration."""
    with first.hold():
        runtime.sleep(10 * SECONDS + 1)
        assert_held(second)
        first.check()
    assert stored_lease(cluster)["spec"]["renewTime"] > "2026-01-01T00:09:40"
    assert stored_lease(cluster)["spec"]["acquireTime"].startswith("2026-01-01T00:00:00")


def test_a_holder_that_lost_the_lease_is_stopped_by_its_next_check(
    cluster: MemoryCluster, first: Lease, runtime: VirtualRuntime
) -> None:
    """After another deployer acquired the Lease, `check` raises, and the Lease is not changed."""
    with first.hold():
        set_holder(stored_lease(cluster), SECOND_HOLDER, SECONDS, cluster.now())
        runtime.sleep(SECONDS / 2)
        with pytest.raises(HeldError, match=SECOND_HOLDER):
            first.check()
    assert holder_of(stored_lease(cluster)) == SECOND_HOLDER


def test_a_holder_that_was_suspended_reads_the_lease_before_it_continues(
    first: Lease, second: Lease, runtime: VirtualRuntime
) -> None:
    """A process that was suspended for longer than the duration finds the new holder at its next check."""
    with first.hold():
        runtime.suspend(SECONDS + 1)
        with second.hold(), pytest.raises(HeldError, match=SECOND_HOLDER):
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
        assert stored_lease(cluster)["spec"]["renewTime"] > "2026-01-01T00:02:10"


def test_a_lease_without_a_renewal_time_is_free(cluster: MemoryCluster, first: Lease, killed: str) -> None:
    """A Lease with a holder and no renewal time, as an administrator can create it, can be acquired."""
    del stored_lease(cluster)["spec"]["renewTime"]
    with first.hold():
        assert holder_of(stored_lease(cluster)) == FIRST_HOLDER


@pytest.mark.parametrize("renewed", ["2036-01-01T00:00:00.000000Z", "tomorrow", ""])
def test_a_renewal_time_that_cannot_be_is_free(
    cluster: MemoryCluster, first: Lease, killed: str, renewed: str
) -> None:
    """A time in the future or none at all, as an edit by hand leaves it, does not keep the Lease."""
    stored_lease(cluster)["spec"]["renewTime"] = renewed
    with first.hold():
        assert holder_of(stored_lease(cluster)) == FIRST_HOLDER


@pytest.mark.parametrize("offset", [timedelta(hours=1), timedelta(hours=-1)])
def test_only_the_clusters_clock_counts(
    cluster: MemoryCluster, first: Lease, second: Lease, runtime: VirtualRuntime, offset: timedelta
) -> None:
    """A Lease expires by the cluster's clock, however far this machine's clock is from it."""
    cluster.clock_offset = offset
    with first.hold():
        assert_held(second)
        runtime.suspend(SECONDS + 1)
        with second.hold():
            assert holder_of(stored_lease(cluster)) == SECOND_HOLDER


def test_patience_waits_for_the_lease_to_expire(
    cluster: MemoryCluster, second: Lease, killed: str, runtime: VirtualRuntime
) -> None:
    """`hold` with patience acquires the Lease of a killed holder as soon as it expires."""
    with second.hold(patience=2 * SECONDS):
        assert holder_of(stored_lease(cluster)) == SECOND_HOLDER
        assert SECONDS < runtime.monotonic() <= SECONDS + 1


def test_patience_ends(second: Lease, first: Lease, runtime: VirtualRuntime) -> None:
    """`hold` raises HeldError when its patience ends."""
    with first.hold(), pytest.raises(HeldError, match=FIRST_HOLDER), second.hold(patience=2 * SECONDS):
        pass
    assert 2 * SECONDS <= runtime.monotonic() <= 2 * SECONDS + 1


def test_an_unexpected_error_of_the_renewal_keeps_the_result_of_the_block(
    cluster: MemoryCluster, first: Lease, runtime: VirtualRuntime, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is reported, the renewal goes on, and the block's own result is not lost."""
    replace = cluster.replace

    def fail(_manifest: Manifest) -> Manifest:
        raise AttributeError("'str' object has no attribute 'to_dict'")

    with first.hold():
        cluster.replace = fail  # type: ignore[method-assign]
        runtime.sleep(SECONDS / 2)
        cluster.replace = replace  # type: ignore[method-assign]
        runtime.sleep(SECONDS / 2)
        first.check()
    assert "warning: the Lease is not renewed (AttributeError" in capsys.readouterr().err

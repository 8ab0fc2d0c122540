"""One deployer at a time."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from memory_cluster import MemoryCluster
from seatrial.errors import HeldError
from seatrial.kube.lease import TIME, Lease


@pytest.fixture
def first(cluster: MemoryCluster) -> Lease:
    """A deployer."""
    return Lease(cluster, "trial", 60, "ann@laptop/1")  # type: ignore[arg-type]


@pytest.fixture
def second(cluster: MemoryCluster) -> Lease:
    """Another deployer."""
    return Lease(cluster, "trial", 60, "ben@ci/2")  # type: ignore[arg-type]


def _spec(cluster: MemoryCluster) -> dict[str, Any]:
    spec: dict[str, Any] = cluster.objects[("Lease", "seatrial")]["spec"]
    return spec


def test_the_second_deployer_is_told_who_holds_it_since_when(first: Lease, second: Lease) -> None:
    """The second deployer is refused with the holder's name and since when it holds."""
    with (
        first.hold(),
        pytest.raises(HeldError, match=r"held by ann@laptop/1 since 20\d\d-.*Z") as caught,
        second.hold(),
    ):
        pass
    assert caught.value.exit_code == 12


def test_an_environment_is_free_after_its_holder_ended(first: Lease, second: Lease) -> None:
    """Whoever comes after a holder that ended gets the environment."""
    with first.hold():
        pass
    with second.hold():
        pass


def test_a_silent_holder_frees_the_environment(cluster: MemoryCluster, first: Lease, second: Lease) -> None:
    """A holder that was silent for longer than its Lease lasts is taken for dead."""
    first._take(adopt=False)
    _spec(cluster)["renewTime"] = "2020-01-01T00:00:00.000000Z"
    with second.hold():
        assert _spec(cluster)["holderIdentity"] == "ben@ci/2"


def test_whoever_lost_the_environment_notices(cluster: MemoryCluster, second: Lease) -> None:
    """A holder that was taken for dead stops at its next step, and leaves the other's Lease alone."""
    late = Lease(cluster, "trial", 1, "ann@laptop/1")  # type: ignore[arg-type]
    with late.hold():
        _spec(cluster)["renewTime"] = "2020-01-01T00:00:00.000000Z"
        second._take(adopt=False)
        end = time.monotonic() + 5
        while not late._lost and time.monotonic() < end:
            time.sleep(0.05)
        with pytest.raises(HeldError, match="ben@ci/2"):
            late.check()
    assert _spec(cluster)["holderIdentity"] == "ben@ci/2"


def test_a_holder_that_was_stopped_asks_before_it_goes_on(
    cluster: MemoryCluster, first: Lease, second: Lease
) -> None:
    """A machine that slept for longer than its Lease lasts learns of the new holder at its next step."""
    first._take(adopt=False)
    _age(cluster, first.seconds + 1)
    second._take(adopt=False)
    first.check()
    first._sure -= first.seconds + 1
    with pytest.raises(HeldError, match="ben@ci/2"):
        first.check()


def test_a_lease_that_nobody_ever_renewed_is_free(cluster: MemoryCluster, first: Lease) -> None:
    """A Lease made by hand, with a holder and no time, keeps nobody out."""
    first._take(adopt=False)
    del _spec(cluster)["renewTime"]
    _spec(cluster)["holderIdentity"] = "somebody"
    with first.hold():
        assert _spec(cluster)["holderIdentity"] == "ann@laptop/1"


def test_a_holder_at_work_renews(cluster: MemoryCluster) -> None:
    """A holder that works for longer than its Lease lasts keeps it."""
    lease = Lease(cluster, "trial", 1, "ann@laptop/1")  # type: ignore[arg-type]
    with lease.hold():
        taken, end = _spec(cluster)["renewTime"], time.monotonic() + 5
        while _spec(cluster)["renewTime"] == taken and time.monotonic() < end:
            time.sleep(0.05)
        assert _spec(cluster)["renewTime"] > taken
        lease.check()


def test_a_pending_release_waits_for_its_verdict(cluster: MemoryCluster, first: Lease, second: Lease) -> None:
    """A pending release keeps others out, and whoever gives the verdict in."""
    with first.hold():
        first.hand_over("trial-4")
    with pytest.raises(HeldError) as caught, second.hold():
        pass
    assert "trial-4" in caught.value.hint
    with second.hold(adopt=True):
        assert _spec(cluster)["holderIdentity"] == "ben@ci/2"
    with first.hold():
        pass


def test_a_pending_release_is_given_up_in_the_end(
    cluster: MemoryCluster, first: Lease, second: Lease
) -> None:
    """A pending release that nobody judges keeps others out for five times as long, not for ever."""
    with first.hold():
        first.hand_over("trial-4")
    _age(cluster, first.seconds * 4)
    with pytest.raises(HeldError), second.hold():
        pass
    _age(cluster, first.seconds * 6)
    with second.hold():
        assert _spec(cluster)["leaseDurationSeconds"] == second.seconds


def _age(cluster: MemoryCluster, seconds: int) -> None:
    silent = datetime.now(UTC) - timedelta(seconds=seconds)
    _spec(cluster)["renewTime"] = silent.strftime(TIME)


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(hours=-1)])
def test_the_clocks_of_the_machines_do_not_matter(
    cluster: MemoryCluster, first: Lease, second: Lease, ahead: timedelta
) -> None:
    """By the cluster's clock a silent holder is dead and another lives, whatever this machine's says."""
    cluster.ahead = ahead
    with first.hold(), pytest.raises(HeldError), second.hold():
        pass
    first._take(adopt=False)
    silent = cluster.now() - timedelta(seconds=first.seconds + 1)
    _spec(cluster)["renewTime"] = silent.strftime(TIME)
    with second.hold():
        assert _spec(cluster)["holderIdentity"] == "ben@ci/2"


def test_patience_waits_for_the_holder_to_end(cluster: MemoryCluster, first: Lease, second: Lease) -> None:
    """A rollback waits for a holder as long as a dead one may be silent."""
    dying = Lease(cluster, "trial", 1, "ann@laptop/1")  # type: ignore[arg-type]
    dying._take(adopt=False)
    with second.hold(patience=5):
        assert _spec(cluster)["holderIdentity"] == "ben@ci/2"


def test_a_lease_taken_unheard_is_ours(
    cluster: MemoryCluster, first: Lease, second: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the cluster gave the Lease, but its answer was lost and it is asked again, nobody is refused."""
    create = cluster.create

    def twice(manifest: dict[str, Any]) -> dict[str, Any]:
        create(manifest)
        return create(manifest)

    monkeypatch.setattr(cluster, "create", twice)
    with first.hold():
        assert _spec(cluster)["holderIdentity"] == "ann@laptop/1"
        with pytest.raises(HeldError), second.hold():
            pass

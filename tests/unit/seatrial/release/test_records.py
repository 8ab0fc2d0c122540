"""Release records in the cluster."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from memory_cluster import MemoryCluster
from release_records import make_record
from seatrial.errors import OutsideError
from seatrial.kube.protocol import ClusterError, Manifest
from seatrial.release.records import Records
from virtual_runtime import START, VirtualRuntime

EARLIER = START - timedelta(minutes=5)


@dataclass
class RepeatingCluster(MemoryCluster):
    """A cluster that executes each write twice, as when a client repeats one whose response was lost."""

    def create(self, manifest: Manifest) -> Manifest:
        """Create an object twice."""
        super().create(manifest)
        return super().create(manifest)

    def replace(self, manifest: Manifest) -> Manifest:
        """Replace an object twice."""
        super().replace(manifest)
        return super().replace(manifest)


def test_a_record_has_its_history_and_manifests(records: Records) -> None:
    """A record has each state with its time, user and reason, and what the release applied."""
    record = make_record(records, 1)
    records.move(record, "refused", "labels were wrong")
    (found,) = records.all()
    assert [change.state for change in found.history] == ["candidate", "refused"]
    assert (found.history[-1].by, found.history[-1].detail) == ("somebody@host/1", "labels were wrong")
    assert records.manifests(found).slot == [{"kind": "Deployment"}]


def test_a_change_has_the_time_of_the_runtime(cluster: MemoryCluster, runtime: VirtualRuntime) -> None:
    """The time of a change is that of the injected clock, unless another one is given."""
    records = Records(cluster, "trial", "somebody@host/1", runtime)
    record = make_record(records, 1)
    runtime.sleep(60)
    moved = records.move(record, "refused", at=START)
    assert (moved.since - START).total_seconds() == 0
    assert (records.move(moved, "superseded").since - START).total_seconds() == 60


def test_the_last_accepted_release_is_stable(records: Records) -> None:
    """Of two stable records, as an interrupted accept leaves them, the higher number is returned.

    The clock of the machine that accepted it was slow.
    """
    for number, at in ((1, START), (2, EARLIER)):
        records.move(make_record(records, number), "stable", at=at)
    make_record(records, 3)
    stable = records.stable()
    assert stable is not None
    assert stable.release == "trial-2"


def test_a_restored_release_is_stable_again(records: Records) -> None:
    """After a rollback the older release is stable, not the newer one."""
    first, second = (records.move(make_record(records, n), "stable") for n in (1, 2))
    records.move(records.move(first, "returning"), "stable")
    records.move(second, "rolled-back")
    stable = records.stable()
    assert stable is not None
    assert stable.release == "trial-1"


def test_an_interrupted_rollback_has_one_stable_release(records: Records) -> None:
    """If a restored release and the one that it replaced are both stable, the restored one is returned.

    The clock of the machine that restored it was slow. An older version wrote the records in this order.
    """
    first, _ = (records.move(make_record(records, number), "stable") for number in (1, 2))
    records.move(records.move(first, "returning"), "stable", "returned from trial-2", at=EARLIER)
    stable = records.stable()
    assert stable is not None
    assert stable.release == "trial-1"


def test_unfinished_releases_are_listed_newest_first(records: Records) -> None:
    """Releases that an interrupted deployer left are listed; ended ones are not."""
    make_record(records, 1)
    records.move(make_record(records, 2), "refused")
    records.move(make_record(records, 3), "pending")
    assert [record.release for record in records.unfinished()] == ["trial-3", "trial-1"]


def test_the_pending_release_is_found(records: Records) -> None:
    """Only a release in state `pending` is pending; other unfinished ones are not."""
    make_record(records, 1)
    assert records.pending() is None
    pending = records.move(make_record(records, 2), "pending")
    make_record(records, 3)
    assert records.pending() == pending


def test_trim_keeps_what_a_rollback_needs(records: Records) -> None:
    """The number of records is limited; the stable release and the one before it are always kept."""
    for number in range(1, 8):
        made = make_record(records, number, previous="trial-1")
        records.move(made, "stable" if number in (1, 2) else "refused")
    records.trim(keep=2)
    assert [record.release for record in records.all()] == ["trial-1", "trial-2", "trial-6", "trial-7"]


def test_trim_keeps_unfinished_releases(records: Records) -> None:
    """A release that has to be undone keeps its record, however old it is."""
    for number in range(1, 4):
        record = make_record(records, number)
        if number > 1:
            records.move(record, "refused")
    records.trim(keep=1)
    assert [record.release for record in records.all()] == ["trial-1", "trial-3"]


def test_a_repeated_write_is_recorded_once() -> None:
    """If a write succeeded and its response was lost, the repeated one neither fails nor adds a change."""
    records = Records(RepeatingCluster(), "trial", "somebody@host/1")
    record = make_record(records, 1)
    moved = records.move(record, "previewed")
    assert [change.state for change in moved.history] == ["candidate", "previewed"]
    assert records.all() == [moved]


def test_the_number_of_another_release_is_refused(records: Records) -> None:
    """A record is not created over that of another release with the same number."""
    make_record(records, 1)
    with pytest.raises(ClusterError):
        make_record(records, 1)


def test_a_deleted_record_is_named(cluster: MemoryCluster, records: Records) -> None:
    """A change of a record that was deleted meanwhile is an error with the release's name."""
    record = make_record(records, 1)
    cluster.delete("ConfigMap", "release-1", "trial")
    with pytest.raises(OutsideError, match="the record of trial-1 no longer exists"):
        records.move(record, "refused")

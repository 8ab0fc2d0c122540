"""What was released, and how it ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from memory_cluster import MemoryCluster
from release_records import make_record
from seatrial.errors import OutsideError
from seatrial.kube.protocol import ClusterError
from seatrial.release.records import Records


def test_a_record_keeps_its_history_and_manifests(records: Records) -> None:
    """A release's record says each state it was in, who brought it there and why, and what it applied."""
    record = make_record(records, 1)
    records.move(record, "refused", "labels were wrong")
    (found,) = records.all()
    assert [change.state for change in found.history] == ["candidate", "refused"]
    assert (found.history[-1].by, found.history[-1].detail) == ("somebody@host/1", "labels were wrong")
    assert records.manifests(found).slot == [{"kind": "Deployment"}]


def test_the_last_accepted_release_is_stable(records: Records) -> None:
    """Where a runner died between accepting one and superseding the other, the later one is stable."""
    for number in (1, 2):
        records.move(make_record(records, number), "stable")
    make_record(records, 3)
    stable = records.stable()
    assert stable is not None
    assert stable.release == "trial-2"


def test_a_release_that_returned_is_stable_again(records: Records) -> None:
    """After a rollback the older release is stable, not the newer one."""
    first, second = (records.move(make_record(records, n), "stable") for n in (1, 2))
    records.move(records.move(first, "returning"), "stable")
    records.move(second, "rolled-back")
    stable = records.stable()
    assert stable is not None
    assert stable.release == "trial-1"


def test_a_rollback_that_died_between_its_writes_leaves_no_doubt(records: Records) -> None:
    """Where a returned release and the one it replaced both say stable, the one that returned counts."""
    first, _ = (records.move(make_record(records, number), "stable") for number in (1, 2))
    records.move(records.move(first, "returning"), "stable")
    stable = records.stable()
    assert stable is not None
    assert stable.release == "trial-1"


def test_unfinished_releases_are_found(records: Records) -> None:
    """What a dead runner left is found, the newest first; what ended is not."""
    make_record(records, 1)
    records.move(make_record(records, 2), "refused")
    records.move(make_record(records, 3), "pending")
    assert [record.release for record in records.unfinished()] == ["trial-3", "trial-1"]


def test_old_records_are_removed_but_never_what_a_rollback_needs(records: Records) -> None:
    """Records are bounded; the stable one and the one it returns to stay."""
    for number in range(1, 8):
        made = make_record(records, number, previous="trial-1")
        records.move(made, "stable" if number in (1, 2) else "refused")
    records.trim(keep=2)
    assert [record.release for record in records.all()] == ["trial-1", "trial-2", "trial-6", "trial-7"]


def test_a_damaged_record_is_named(cluster: MemoryCluster, records: Records) -> None:
    """A record that cannot be read is an error that names its ConfigMap."""
    make_record(records, 1)
    cluster.objects[("ConfigMap", "release-1")]["data"]["record.json"] = "{}"
    with pytest.raises(OutsideError, match="release-1 is no release record"):
        records.all()


def test_a_write_that_was_done_unheard_is_not_done_twice(
    cluster: MemoryCluster, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the cluster wrote, but its answer was lost, the record is as it was meant."""
    _answer_late(cluster, monkeypatch)
    record = make_record(records, 1)
    moved = records.move(record, "previewed")
    assert [change.state for change in moved.history] == ["candidate", "previewed"]
    assert records.all() == [moved]


def test_somebody_elses_record_is_no_success(records: Records) -> None:
    """A number that another release has is refused, even where this one was asked for twice."""
    make_record(records, 1)
    with pytest.raises(ClusterError):
        make_record(records, 1)


def _answer_late(cluster: MemoryCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    def twice(
        write: Callable[[dict[str, Any]], dict[str, Any]],
    ) -> Callable[[dict[str, Any]], dict[str, Any]]:
        def written(manifest: dict[str, Any]) -> dict[str, Any]:
            write(manifest)
            return write(manifest)

        return written

    monkeypatch.setattr(cluster, "create", twice(cluster.create))
    monkeypatch.setattr(cluster, "replace", twice(cluster.replace))

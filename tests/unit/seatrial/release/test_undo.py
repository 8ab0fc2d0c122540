"""Back to stable, wherever a release was left."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from memory_cluster import MemoryCluster
from memory_target import manifests_of, memory_target
from release_records import make_record
from seatrial.errors import RollbackFailedError
from seatrial.kube.labels import RELEASE, SLOT
from seatrial.kube.protocol import Manifest, UnreachableError
from seatrial.release.record import Record, State
from seatrial.release.records import Records
from seatrial.release.target import Target
from seatrial.release.undo import undo, undo_abandoned_releases


@pytest.fixture
def target(cluster: MemoryCluster, tmp_path: Path) -> Target:
    """The environment `local`, in memory."""
    return memory_target(cluster, tmp_path)


@pytest.fixture
def stable(target: Target, monkeypatch: pytest.MonkeyPatch) -> Record:
    """The first release, accepted and serving from blue."""
    monkeypatch.setattr("release_records.Manifests", lambda **_: manifests_of(1))
    made = make_record(target.records, 1)
    target.slots.fill("blue", manifests_of(1).slot)
    target.slots.switch(manifests_of(1).shared)
    return target.records.move(made, "stable")


def _left(target: Target, state: State, monkeypatch: pytest.MonkeyPatch) -> Record:
    """Leave the second release as its runner would, had it died in that state."""
    monkeypatch.setattr("release_records.Manifests", lambda **_: manifests_of(2))
    record = make_record(target.records, 2, previous="trial-1")
    target.slots.fill("green", manifests_of(2).slot)
    preview: Manifest = {
        "kind": "Service",
        "metadata": {"name": "classifier-preview"},
        "spec": {"selector": {}},
    }
    target.slots.open_preview([preview])
    if state == "candidate":
        return record
    record = target.records.move(record, "previewed")
    if state == "previewed":
        return record
    record = target.records.move(record, "pending")
    target.slots.switch(manifests_of(2).shared)
    return record


def _live(cluster: MemoryCluster) -> dict[str, Any]:
    return dict(cluster.objects[("Service", "classifier")]["spec"]["selector"])


@pytest.mark.parametrize(
    ("state", "end"),
    [("candidate", "refused"), ("previewed", "refused"), ("pending", "switched-back")],
)
def test_whatever_a_dead_runner_left_is_undone(
    target: Target,
    stable: Record,
    cluster: MemoryCluster,
    monkeypatch: pytest.MonkeyPatch,
    state: State,
    end: State,
) -> None:
    """From every state a release may be left in, the next command gets back to what was stable."""
    before = cluster.objects[("Service", "classifier")]["spec"]
    _left(target, state, monkeypatch)
    undo_abandoned_releases(target)
    assert cluster.objects[("Service", "classifier")]["spec"] == before
    assert ("Deployment", "classifier-green") not in cluster.objects
    assert ("Service", "classifier-preview") not in cluster.objects
    assert ("Deployment", "classifier-blue") in cluster.objects
    assert target.records.all()[-1].state == end
    assert not target.records.unfinished()


def test_a_failed_first_release_is_removed_whole(
    target: Target, cluster: MemoryCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing was stable before, nothing but the record stays."""
    record = _left(target, "pending", monkeypatch)
    undo(target, record, "it failed")
    assert {kind for kind, _ in cluster.objects} == {"ConfigMap"}


def test_users_are_sent_back_before_anything_is_removed(
    target: Target, stable: Record, cluster: MemoryCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The switch back comes first: no user is sent to a slot that is being emptied."""
    record = _left(target, "pending", monkeypatch)
    cluster.calls.clear()
    undo(target, record, "it failed")
    assert cluster.calls[0] == "apply Service classifier"
    assert "delete Deployment classifier-green" in cluster.calls


def test_the_record_tells_since_when_users_are_back(
    target: Target, stable: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long its pods take to drain, nobody was sent to it any more since then."""
    record, drained = _left(target, "pending", monkeypatch), []
    monkeypatch.setattr(
        "seatrial.kube.slots.Slots.wait_until_gone", lambda *_: drained.append(datetime.now(UTC))
    )
    before = datetime.now(UTC)
    assert before <= undo(target, record, "it failed").since <= drained[0]


def test_stable_is_filled_anew_where_nothing_of_it_answers(
    target: Target, stable: Record, cluster: MemoryCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the stable slot was lost meanwhile, it is brought back from its record before users are."""
    record = _left(target, "pending", monkeypatch)
    cluster.delete("Deployment", "classifier-blue", "local")
    cluster.calls.clear()
    undo(target, record, "it failed")
    assert cluster.calls[0] == "apply Deployment classifier-blue"
    assert _live(cluster)[RELEASE] == "trial-1"


def test_what_cannot_be_undone_is_said_loudly(
    target: Target, stable: Record, cluster: MemoryCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the cluster does not let it be undone, the error is 21 and says what to do."""
    record = _left(target, "pending", monkeypatch)

    def away(manifest: Manifest) -> Manifest:
        raise UnreachableError("cluster does not answer")

    monkeypatch.setattr(cluster, "apply", away)
    with pytest.raises(
        RollbackFailedError, match=r"trial-2 could not be undone: .*does not answer"
    ) as caught:
        undo(target, record, "it failed")
    assert caught.value.exit_code == 21
    assert "make rollback" in caught.value.hint


def test_records_are_shared_by_everybody(target: Target, records: Records, stable: Record) -> None:
    """What one process recorded another finds."""
    assert records.stable() == stable


def test_what_a_hand_changed_of_stable_is_taken_back(
    target: Target, stable: Record, cluster: MemoryCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Undoing leaves the stable release's objects as recorded: nothing that a hand added or paused stays."""
    record = _left(target, "pending", monkeypatch)
    cluster.objects[("Deployment", "classifier-blue")]["spec"]["paused"] = True
    cluster.objects[("Service", "classifier")]["spec"]["selector"]["by"] = "hand"
    undo(target, record, "it failed")
    assert cluster.objects[("Deployment", "classifier-blue")]["spec"] == {"replicas": 2}
    assert _live(cluster) == {SLOT: "blue", RELEASE: "trial-1"}

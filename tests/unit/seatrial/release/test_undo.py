"""Back to stable, wherever a release was left."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from memory_cluster import MemoryCluster
from release_records import make_record
from seatrial.errors import RollbackFailedError
from seatrial.release.cluster import Manifest, UnreachableError
from seatrial.release.names import MANAGED, PART, RELEASE, SLOT
from seatrial.release.record import Manifests, Record, State
from seatrial.release.records import Records
from seatrial.release.target import Target
from seatrial.release.undo import finish_the_dead, undo
from seatrial.settings import Environment, Settings, load
from seatrial.workspace import Workspace

ROOT = Path(__file__).parents[4]


@dataclass(frozen=True)
class MemoryTarget(Target):
    """An environment whose cluster is in memory."""

    memory: MemoryCluster | None = None

    def __post_init__(self) -> None:
        self.__dict__["cluster"] = self.memory


@pytest.fixture
def target(cluster: MemoryCluster, tmp_path: Path) -> Target:
    """The environment `local`, in memory."""
    (tmp_path / "seatrial.toml").write_bytes((ROOT / "seatrial.toml").read_bytes())
    workspace = Workspace(tmp_path, "trial")
    settings = load(workspace)
    quick = settings.environment("local").model_copy(update={"address_seconds": 1.0, "rollout_seconds": 1.0})
    return MemoryTarget(_with(settings, quick), workspace, "local", 0, cluster)


def _with(settings: Settings, environment: Environment) -> Settings:
    return settings.model_copy(update={"environments": {"local": environment}})


def _manifests(number: int) -> Manifests:
    slot = "blue" if number % 2 else "green"
    release = f"trial-{number}"
    labels = {MANAGED: "seatrial", RELEASE: release}
    deployment = {
        "kind": "Deployment",
        "metadata": {"name": f"classifier-{slot}", "generation": 1, "labels": {**labels, SLOT: slot}},
        "spec": {"replicas": 2},
        "status": {"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2},
    }
    service = {
        "kind": "Service",
        "metadata": {"name": "classifier", "labels": {**labels, PART: "shared"}},
        "spec": {"selector": {SLOT: slot, RELEASE: release}},
        "status": {"loadBalancer": {"ingress": [{"ip": "127.0.0.9"}]}},
    }
    return Manifests(slot=[deployment], shared=[service])


@pytest.fixture
def stable(target: Target, monkeypatch: pytest.MonkeyPatch) -> Record:
    """The first release, accepted and serving from blue."""
    monkeypatch.setattr("release_records.Manifests", lambda **_: _manifests(1))
    made = make_record(target.records, 1)
    target.slots.fill("blue", _manifests(1).slot)
    target.slots.switch(_manifests(1).shared)
    return target.records.move(made, "stable")


def _left(target: Target, state: State, monkeypatch: pytest.MonkeyPatch) -> Record:
    """Leave the second release as its runner would, had it died in that state."""
    monkeypatch.setattr("release_records.Manifests", lambda **_: _manifests(2))
    record = make_record(target.records, 2, previous="trial-1")
    target.slots.fill("green", _manifests(2).slot)
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
    target.slots.switch(_manifests(2).shared)
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
    finish_the_dead(target)
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

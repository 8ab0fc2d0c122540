"""Undoing a release in any state, over a cluster in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
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
from seatrial.release.recovery import finish_interrupted
from seatrial.release.target import Target
from seatrial.release.undo import undo
from virtual_runtime import START, VirtualRuntime

Abandon = Callable[[State], Record]
PREVIEW: Manifest = {"kind": "Service", "metadata": {"name": "classifier-preview"}, "spec": {"selector": {}}}


@pytest.fixture
def target(cluster: MemoryCluster, tmp_path: Path, runtime: VirtualRuntime) -> Iterator[Target]:
    """The environment `local`, in memory and in virtual time, with its Lease held."""
    found = memory_target(cluster, tmp_path)
    found = replace(found, services=replace(found.services, runtime=runtime))
    with found.hold():
        yield found


@pytest.fixture
def stable(target: Target) -> Record:
    """The first release: accepted, serves from slot blue."""
    made = make_record(target.records, 1, manifests=manifests_of(1))
    target.slots.fill("blue", manifests_of(1).slot)
    target.slots.switch(manifests_of(1).shared)
    return target.records.move(made, "stable")


@pytest.fixture
def abandon(target: Target) -> Abandon:
    """Begin the second release and leave it in a state, as an interrupted deployer does."""

    def run(state: State) -> Record:
        record = make_record(target.records, 2, previous="trial-1", manifests=manifests_of(2))
        target.slots.fill("green", manifests_of(2).slot)
        target.slots.open_preview([PREVIEW])
        if state == "candidate":
            return record
        record = target.records.move(record, "previewed")
        if state == "previewed":
            return record
        record = target.records.move(record, "pending")
        target.slots.switch(manifests_of(2).shared)
        return record

    return run


def live_selector(cluster: MemoryCluster) -> dict[str, Any]:
    """Return the selector of the live Service."""
    return dict(cluster.objects[("Service", "classifier")]["spec"]["selector"])


@pytest.mark.parametrize(
    ("state", "end"),
    [("candidate", "refused"), ("previewed", "refused"), ("pending", "switched-back")],
)
def test_an_abandoned_release_is_undone(
    target: Target, stable: Record, cluster: MemoryCluster, abandon: Abandon, state: State, end: State
) -> None:
    """From every state, the live Service is as before the release, and the release's objects are deleted."""
    before = cluster.objects[("Service", "classifier")]["spec"]
    abandon(state)
    finish_interrupted(target)
    assert cluster.objects[("Service", "classifier")]["spec"] == before
    assert ("Deployment", "classifier-green") not in cluster.objects
    assert ("Service", "classifier-preview") not in cluster.objects
    assert ("Deployment", "classifier-blue") in cluster.objects
    assert target.records.all()[-1].state == end
    assert not target.records.unfinished()


def _interrupt(*_: object, **__: object) -> Record:
    raise KeyboardInterrupt


def test_undo_may_be_repeated(
    target: Target, stable: Record, cluster: MemoryCluster, abandon: Abandon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an interruption before the record was written, the same steps have no other effect."""
    record = abandon("pending")
    with monkeypatch.context() as interrupted:
        interrupted.setattr(Records, "move", _interrupt)
        with pytest.raises(KeyboardInterrupt):
            undo(target, record, "it failed")
    selector = live_selector(cluster)
    undo(target, record, "it failed")
    assert live_selector(cluster) == selector
    assert ("Deployment", "classifier-green") not in cluster.objects
    assert target.records.all()[-1].state == "switched-back"


def test_a_failed_first_release_is_removed_completely(
    target: Target, cluster: MemoryCluster, abandon: Abandon
) -> None:
    """Without a stable release, only the record remains."""
    undo(target, abandon("pending"), "it failed")
    assert {kind for kind, _ in cluster.objects} == {"ConfigMap", "Lease"}


def test_users_are_switched_back_before_anything_is_removed(
    target: Target, stable: Record, cluster: MemoryCluster, abandon: Abandon
) -> None:
    """The live Service is switched first, so no user is sent to a slot that is being emptied."""
    record = abandon("pending")
    cluster.calls.clear()
    undo(target, record, "it failed")
    assert cluster.calls[0] == "apply Service classifier"
    assert "delete Deployment classifier-green" in cluster.calls


def test_the_record_has_the_time_of_the_switch_back(
    target: Target, stable: Record, cluster: MemoryCluster, runtime: VirtualRuntime, abandon: Abandon
) -> None:
    """The time is that of the switch, although the release's pods end 20 s later."""
    record = abandon("pending")
    labels = cluster.objects[("Deployment", "classifier-green")]["metadata"]["labels"]
    cluster.create({"kind": "Pod", "metadata": {"name": "draining", "labels": labels}})

    def drain() -> None:
        runtime.sleep(20)
        cluster.delete("Pod", "draining", "local")

    runtime.start(drain)
    assert undo(target, record, "it failed").since == START
    assert runtime.monotonic() >= 20


def test_the_stable_release_is_started_again_if_it_has_no_replica(
    target: Target, stable: Record, cluster: MemoryCluster, abandon: Abandon
) -> None:
    """If the stable slot was deleted, it is restored from the record before users are switched."""
    record = abandon("pending")
    cluster.delete("Deployment", "classifier-blue", "local")
    cluster.calls.clear()
    undo(target, record, "it failed")
    assert cluster.calls[0] == "apply Deployment classifier-blue"
    assert live_selector(cluster)[RELEASE] == "trial-1"


def test_a_failed_undo_names_the_release_and_the_next_command(
    target: Target, stable: Record, cluster: MemoryCluster, abandon: Abandon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the cluster rejects a step, the exit code is 21 and the hint is `make rollback`."""
    record = abandon("pending")

    def reject(manifest: Manifest, manager: str) -> Manifest:
        raise UnreachableError("cluster does not respond")

    monkeypatch.setattr(cluster, "apply", reject)
    with pytest.raises(
        RollbackFailedError, match=r"trial-2 could not be undone: .*does not respond.*because: it failed"
    ) as caught:
        undo(target, record, "it failed")
    assert caught.value.exit_code == 21
    assert "make rollback ENV=local" in caught.value.hint


def test_pods_that_do_not_end_fail_the_undo_after_the_switch(
    target: Target, stable: Record, cluster: MemoryCluster, runtime: VirtualRuntime, abandon: Abandon
) -> None:
    """The error names the stable release, on which users are already."""
    record = abandon("pending")
    labels = cluster.objects[("Deployment", "classifier-green")]["metadata"]["labels"]
    cluster.create({"kind": "Pod", "metadata": {"name": "hanging", "labels": labels}})
    with pytest.raises(RollbackFailedError, match="users are back on trial-1, but termination of the pods"):
        undo(target, record, "it failed")
    assert live_selector(cluster)[RELEASE] == "trial-1"
    assert target.records.unfinished() == [record]


def test_manual_changes_of_the_stable_release_are_reverted(
    target: Target, stable: Record, cluster: MemoryCluster, abandon: Abandon
) -> None:
    """After undoing, the stable release's objects are as recorded, without fields that were added."""
    record = abandon("pending")
    cluster.objects[("Deployment", "classifier-blue")]["spec"]["paused"] = True
    cluster.objects[("Service", "classifier")]["spec"]["selector"]["added"] = "manually"
    undo(target, record, "it failed")
    assert cluster.objects[("Deployment", "classifier-blue")]["spec"] == {"replicas": 2}
    assert live_selector(cluster) == {SLOT: "blue", RELEASE: "trial-1"}

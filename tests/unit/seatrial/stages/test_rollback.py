"""The stage rollback, over clusters in memory."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from memory_cluster import MemoryCluster
from memory_environments import Environments
from memory_target import manifests_of, memory_target, unfenced_records, unfenced_slots
from release_records import make_record
from samples import make_checkout
from seatrial.errors import HeldError, RefusedError, RollbackFailedError
from seatrial.kube.lease import Lease
from seatrial.kube.lease_object import new_lease, set_holder
from seatrial.kube.slots import LiveRelease
from seatrial.release.record import Manifests
from seatrial.release.target import Target
from seatrial.runtime import Runtime
from seatrial.stages.rollback import rollback
from seatrial.workspace import Workspace
from virtual_runtime import VirtualRuntime


def test_after_undoing_a_first_release_none_serves(environments: Environments, workspace: Workspace) -> None:
    """The result's release is empty, the live Service is deleted, and the report has the reason."""
    pending = environments.release("staging", 1, "a", "previewed", "pending")
    environments.serve(pending)
    cluster = environments.clusters["staging"]
    result = rollback(environments.settings, workspace, "staging", services=environments.services)
    record = cluster.objects[("ConfigMap", "release-1")]["data"]["record.json"]
    assert json.loads(record)["history"][-1]["state"] == "switched-back"
    assert (result.release, result.replaced, result.reference) == ("", "staging-1", "")
    assert ("Service", "classifier") not in cluster.objects
    page = workspace.root / "reports" / workspace.instance / "staging-1" / "report.html"
    assert "Rolled back manually" in page.read_text()


def two_releases(cluster: MemoryCluster, folder: Path, runtime: Runtime, first: Manifests) -> Target:
    """Return an environment in which trial-2 is stable; trial-1, with manifests `first`, was before it."""
    target = memory_target(cluster, folder)
    target = replace(
        target,
        workspace=make_checkout(folder / "checkout"),
        services=replace(target.services, runtime=runtime),
    )
    cluster.apply({"kind": "Namespace", "metadata": {"name": "local"}})
    records, slots = unfenced_records(target), unfenced_slots(target)
    for number, previous, manifests in ((1, "", first), (2, "trial-1", manifests_of(2))):
        record = make_record(records, number, previous, manifests)
        records.move(record, "stable")
        runtime.sleep(1)
    records.move(records.all()[0], "superseded")
    slots.fill("green", manifests_of(2).slot)
    slots.switch(manifests_of(2).shared)
    return target


def test_the_previous_stable_release_is_restored(
    cluster: MemoryCluster, runtime: VirtualRuntime, tmp_path: Path
) -> None:
    """It serves from its own slot again, and the slot of the release that it replaces is emptied."""
    target = two_releases(cluster, tmp_path, runtime, manifests_of(1))
    result = rollback(target.settings, target.workspace, "local", services=target.services)
    assert target.slots.live() == LiveRelease("blue", "trial-1")
    assert ("Deployment", "classifier-green") not in cluster.objects
    assert (result.release, result.replaced) == ("trial-1", "trial-2")
    assert [record.state for record in target.records.all()] == ["stable", "rolled-back"]


def test_a_previous_release_that_does_not_start_is_not_switched_to(
    cluster: MemoryCluster, runtime: VirtualRuntime, tmp_path: Path
) -> None:
    """If its replicas do not become available, users stay on the stable release; the exit code is 21."""
    deployment = manifests_of(1).slot[0]
    unavailable = {**deployment, "status": {**deployment["status"], "availableReplicas": 0}}
    first = Manifests(slot=[unavailable], shared=manifests_of(1).shared)
    target = two_releases(cluster, tmp_path, runtime, first)
    with pytest.raises(RollbackFailedError, match=r"trial-1 cannot be restored: .*; trial-2 still serves"):
        rollback(target.settings, target.workspace, "local", services=target.services)
    assert target.slots.live() == LiveRelease("green", "trial-2")
    assert ("Deployment", "classifier-green") in cluster.objects
    stable = target.records.stable()
    assert stable is not None
    assert stable.release == "trial-2"


def test_the_lease_of_a_killed_deployer_is_waited_for(runtime: VirtualRuntime, tmp_path: Path) -> None:
    """A rollback goes on once the Lease, which nobody renews, has expired."""
    cluster = MemoryCluster(runtime=runtime)
    target = two_releases(cluster, tmp_path, runtime, manifests_of(1))
    lease, seconds = new_lease("local"), target.environment.lease_seconds
    set_holder(lease, "killed@ci/3", seconds, cluster.now())
    cluster.create(lease)
    start = runtime.monotonic()
    result = rollback(target.settings, target.workspace, "local", services=target.services)
    assert result.release == "trial-1"
    assert seconds <= runtime.monotonic() - start <= seconds + 2


def test_a_deployer_that_does_not_stop_is_not_interrupted(runtime: VirtualRuntime, tmp_path: Path) -> None:
    """If its holder does not obey the request to stop, a rollback is refused and changes nothing."""
    cluster = MemoryCluster(runtime=runtime)
    target = two_releases(cluster, tmp_path, runtime, manifests_of(1))
    seconds, start = target.environment.lease_seconds, runtime.monotonic()
    other = Lease(cluster, "local", seconds, "other@host/2", runtime)
    with other.hold(), pytest.raises(HeldError, match="local is held by other@host/2"):
        rollback(target.settings, target.workspace, "local", services=target.services)
    assert runtime.monotonic() - start < seconds + 5
    assert target.slots.live() == LiveRelease("green", "trial-2")


@pytest.mark.parametrize("releases", [0, 1])
def test_without_a_previous_stable_release_it_is_refused(
    environments: Environments, workspace: Workspace, releases: int
) -> None:
    """An environment without a release, or with only one, has no release to return to."""
    for number in range(releases):
        environments.release("staging", number + 1, "a", "pending", "stable")
    with pytest.raises(RefusedError, match="staging has no stable release to return to"):
        rollback(environments.settings, workspace, "staging", services=environments.services)


def test_a_previous_release_in_the_serving_slot_is_not_restored(
    environments: Environments, workspace: Workspace
) -> None:
    """Restoring it would empty the slot that serves users; the exit code is 21 and nothing is changed."""
    environments.release("staging", 1, "a", "pending", "stable", "superseded")
    environments.release("staging", 3, "b", "pending", "stable", previous="staging-1")
    environments.clusters["staging"].calls.clear()
    with pytest.raises(RollbackFailedError, match="staging-1 is recorded for slot blue") as caught:
        rollback(environments.settings, workspace, "staging", services=environments.services)
    assert caught.value.hint == "make deploy ENV=staging"
    assert environments.clusters["staging"].calls == []

"""The stage rollback, over clusters in memory."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from memory_cluster import MemoryCluster
from memory_environments import Environments
from memory_target import manifests_of, memory_target
from release_records import make_record
from samples import make_checkout
from seatrial.errors import RefusedError, RollbackFailedError
from seatrial.stages.rollback import rollback
from seatrial.workspace import Workspace


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


def test_the_previous_stable_release_is_restored(cluster: MemoryCluster, tmp_path: Path) -> None:
    """It serves from its own slot again, and the slot of the release that it replaces is emptied."""
    target = memory_target(cluster, tmp_path)
    cluster.apply({"kind": "Namespace", "metadata": {"name": "local"}})
    for number, previous in ((1, ""), (2, "trial-1")):
        record = make_record(target.records, number, previous, manifests_of(number))
        target.records.move(record, "stable")
    target.records.move(target.records.all()[0], "superseded")
    target.slots.fill("green", manifests_of(2).slot)
    target.slots.switch(manifests_of(2).shared)
    make_checkout(tmp_path / "checkout")
    workspace = Workspace(tmp_path / "checkout")
    result = rollback(target.settings, workspace, "local", services=target.services)
    live = target.slots.live()
    assert live is not None
    assert (live.slot, live.release) == ("blue", "trial-1")
    assert ("Deployment", "classifier-green") not in cluster.objects
    assert (result.release, result.replaced) == ("trial-1", "trial-2")
    assert [record.state for record in target.records.all()] == ["stable", "rolled-back"]


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

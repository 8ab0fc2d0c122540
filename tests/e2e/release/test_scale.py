"""The autoscaler and a release, which must not undo each other's work."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from e2e.load import Users
from e2e.release.conftest import Trial
from e2e.release.environments import environment, remove
from e2e.release.images import Images
from e2e.sizes import Sizes, look
from imagemodel.golden import GoldenSet
from seatrial.kube.labels import Slot, deployment
from seatrial.kube.protocol import Manifest
from seatrial.kube.slots import Slots
from seatrial.wait import until
from seatrial.workspace import Workspace

# The figures come every 10 s, the autoscaler looks every 15 s, a pod starts in a few.
pytestmark = pytest.mark.long

RAISED_SECONDS = 75
BOUNDS = {"REPLICAS": "1", "MAX_REPLICAS": "1", "BAKE_SECONDS": "3"}


@pytest.fixture(scope="module")
def scaled(workspace: Workspace, trial: Trial, images: Images) -> Iterator[Trial]:
    """An environment that serves with one replica, and may have two from now on."""
    made = environment(workspace, "scale", BOUNDS)
    code, output = made.release(images.honest("before-scaling"))
    assert code == 0, output
    os.environ["SEATRIAL_ENVIRONMENTS__SCALE__MAX_REPLICAS"] = "2"
    made.target.cluster.apply(_may_have(made, 2), manager="test")
    yield made
    remove(made)


def test_replicas_follow_the_load_and_a_release_keeps_them(
    scaled: Trial, images: Images, golden: GoldenSet
) -> None:
    """Under load the autoscaler adds a replica; a release that starts then has both from its switch on."""
    slots, image, before = scaled.target.slots, images.honest("at-scaled-size"), scaled.stable()
    endpoint = scaled.target.by_name()
    assert look(slots).ready == 1  # type: ignore[union-attr]
    with Sizes(slots) as sizes, Users(endpoint.url, endpoint.address, golden.photos, rate=24) as users:
        until("a second replica", lambda: True if sizes.largest() == 2 else None, RAISED_SECONDS)
        assert _who_sizes(slots, before.slot) == {"kube-controller-manager"}
        code, output = scaled.release(image)
    assert code == 0, output
    after = scaled.stable()
    assert (after.reference, after.slot != before.slot) == (image, True)
    assert {size.ready for size in sizes.seen if size.slot == after.slot} == {2}
    assert (users.failed(), users.wrong()) == ([], [])
    autoscaler = scaled.target.cluster.get("HorizontalPodAutoscaler", "classifier", slots.namespace)
    assert autoscaler is not None
    assert autoscaler["spec"]["scaleTargetRef"]["name"] == deployment(after.slot)


def _may_have(made: Trial, replicas: int) -> Manifest:
    metadata = {"name": "classifier", "namespace": made.target.environment.namespace}
    kind = {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler"}
    return {**kind, "metadata": metadata, "spec": {"maxReplicas": replicas}}


def _who_sizes(slots: Slots, slot: Slot) -> set[str]:
    """Return who owns a slot's number of replicas, by the cluster's own book."""
    found = slots.cluster.get("Deployment", deployment(slot), slots.namespace) or {"metadata": {}}
    return {
        entry["manager"]
        for entry in found["metadata"].get("managedFields", [])
        if "f:replicas" in entry["fieldsV1"].get("f:spec", {})
    }

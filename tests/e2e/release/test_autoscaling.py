"""The autoscaler together with a release."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from e2e.release.conftest import ReleaseEnvironment
from e2e.release.images import ImageFactory
from e2e.release.temporary_environment import create_environment, remove_environment
from e2e.replicas import ReplicaMonitor, count_replicas
from e2e.user_load import UserLoad
from imagemodel.golden import GoldenSet
from seatrial.kube.labels import Slot, deployment
from seatrial.kube.protocol import Manifest
from seatrial.kube.slots import Slots
from seatrial.wait import until
from seatrial.workspace import Workspace

pytestmark = pytest.mark.long

# Metrics arrive every 10 s, the autoscaler runs every 15 s, and a pod needs seconds to start.
SCALE_UP_SECONDS = 75
SETTINGS = {"REPLICAS": "1", "MAX_REPLICAS": "1", "BAKE_SECONDS": "3"}


@pytest.fixture(scope="module")
def scalable(
    workspace: Workspace, environment: ReleaseEnvironment, images: ImageFactory
) -> Iterator[ReleaseEnvironment]:
    """An environment with one replica, whose limit has been raised to two since its release."""
    created = create_environment(workspace, "scale", SETTINGS)
    code, output = created.release(images.working("before-scaling"))
    assert code == 0, output
    os.environ["SEATRIAL_ENVIRONMENTS__SCALE__MAX_REPLICAS"] = "2"
    created.target.cluster.apply(_autoscaler(created, 2), manager="test")
    yield created
    remove_environment(created)


def test_a_release_keeps_the_replicas_that_the_autoscaler_added(
    scalable: ReleaseEnvironment, images: ImageFactory, golden: GoldenSet
) -> None:
    """Under load the autoscaler adds a replica; a release that starts then has two from its switch on."""
    slots, image, before = scalable.target.slots, images.working("at-scaled-size"), scalable.stable()
    endpoint = scalable.target.by_name()
    count = count_replicas(slots)
    assert count is not None
    assert count.ready == 1
    load = UserLoad(endpoint.url, endpoint.address, golden.photos, rate=24)
    with ReplicaMonitor(slots) as monitor, load:
        until("a second replica", lambda: True if monitor.largest() == 2 else None, SCALE_UP_SECONDS)
        assert _replica_managers(slots, before.slot) == {"kube-controller-manager"}
        code, output = scalable.release(image)
    assert code == 0, output
    after = scalable.stable()
    assert (str(after.reference), after.slot != before.slot) == (image, True)
    assert {count.ready for count in monitor.counts if count.slot == after.slot} == {2}
    assert (load.failed(), load.wrong()) == ([], [])
    autoscaler = scalable.target.cluster.get("HorizontalPodAutoscaler", "classifier", slots.namespace)
    assert autoscaler is not None
    assert autoscaler["spec"]["scaleTargetRef"]["name"] == deployment(after.slot)


def _autoscaler(environment: ReleaseEnvironment, replicas: int) -> Manifest:
    metadata = {"name": "classifier", "namespace": environment.target.environment.namespace}
    kind = {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler"}
    return {**kind, "metadata": metadata, "spec": {"maxReplicas": replicas}}


def _replica_managers(slots: Slots, slot: Slot) -> set[str]:
    """Return the field managers of a Deployment's `spec.replicas`."""
    found = slots.cluster.get("Deployment", deployment(slot), slots.namespace) or {"metadata": {}}
    return {
        entry["manager"]
        for entry in found["metadata"].get("managedFields", [])
        if "f:replicas" in entry["fieldsV1"].get("f:spec", {})
    }

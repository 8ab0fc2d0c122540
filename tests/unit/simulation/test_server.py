"""Tests of the simulated cluster: the API server's rules and what the controllers do."""

from __future__ import annotations

import pytest

from seatrial.kube.labels import RELEASE, SLOT
from seatrial.kube.protocol import CONFLICT, ClusterError, Manifest
from simulation.controllers import NODES, START_SECONDS, TERMINATION_SECONDS
from simulation.server import ApiServer

LABELS = {SLOT: "blue", RELEASE: "trial-1"}


class Clock:
    """The cluster's clock."""

    seconds = 0.0


@pytest.fixture
def clock() -> Clock:
    """A clock at 0."""
    return Clock()


@pytest.fixture
def server(clock: Clock) -> ApiServer:
    """A cluster without objects."""
    return ApiServer("staging", lambda: clock.seconds)


def deployment(replicas: int = 2, version: str = "") -> Manifest:
    """Return a Deployment; with `version` it is applied on that resource version only."""
    metadata: Manifest = {"name": "classifier-blue", "labels": LABELS}
    if version:
        metadata["resourceVersion"] = version
    pod = {"metadata": {"labels": LABELS}, "spec": {"containers": [{"image": "a@sha256:1"}]}}
    spec = {"replicas": replicas, "template": pod}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}


def test_a_write_with_an_older_resource_version_is_refused(server: ApiServer) -> None:
    """`apply`, `replace`, `replace_field` and `delete` of a changed object are 409."""
    old = server.apply(deployment())["metadata"]["resourceVersion"]
    server.apply(deployment(3))
    for write in (
        lambda: server.apply(deployment(4, old)),
        lambda: server.replace(deployment(4, old)),
        lambda: server.replace_field(deployment(4, old), "replicas"),
        lambda: server.delete("Deployment", "classifier-blue", old),
    ):
        with pytest.raises(ClusterError) as error:
            write()
        assert error.value.status == CONFLICT
    assert server.objects["Deployment", "classifier-blue"]["spec"]["replicas"] == 3


def test_apply_creates_a_deleted_object_again_unless_it_has_a_uid(server: ApiServer) -> None:
    """A resource version alone does not keep `apply` from creating an object; with a uid it is 409."""
    first = server.apply(deployment())["metadata"]
    server.delete("Deployment", "classifier-blue")
    changed = deployment(version=first["resourceVersion"])
    with pytest.raises(ClusterError) as error:
        server.apply({**changed, "metadata": {**changed["metadata"], "uid": first["uid"]}})
    assert (error.value.status, server.objects) == (CONFLICT, {})
    assert server.apply(changed)["metadata"]["uid"] != first["uid"]


def test_an_unchanged_object_keeps_its_resource_version(server: ApiServer) -> None:
    """Applying the same manifest again changes nothing."""
    first = server.apply(deployment())["metadata"]
    assert server.apply(deployment())["metadata"] == first


def test_pods_become_ready_and_end(server: ApiServer, clock: Clock) -> None:
    """Pods are ready after a while, and gone after the termination time of a deleted Deployment."""
    server.apply(deployment())
    assert server.controllers.matching(LABELS) == []
    clock.seconds = START_SECONDS + 1
    assert len(server.controllers.matching(LABELS)) == 2
    server.delete("Deployment", "classifier-blue")
    assert server.controllers.matching(LABELS) == []
    assert len(server.list("Pod", f"{SLOT}=blue")) == 2
    clock.seconds += TERMINATION_SECONDS
    assert server.list("Pod", f"{SLOT}=blue") == []


def test_the_pods_of_a_lost_node_stay_and_are_replaced(server: ApiServer, clock: Clock) -> None:
    """They stay Terminating, and others start on the other node."""
    server.apply(deployment())
    clock.seconds = 10
    server.controllers.lose(NODES[0])
    assert len(server.controllers.matching(LABELS)) == 1
    server.controllers.evict(NODES[0])
    clock.seconds = 1000
    assert {pod.node for pod in server.controllers.matching(LABELS)} == {NODES[1]}
    stuck = [each for each in server.list("Pod") if "deletionTimestamp" in each["metadata"]]
    assert [each["spec"]["nodeName"] for each in stuck] == [NODES[0]]


def test_an_image_that_never_becomes_ready_keeps_the_pods_before(server: ApiServer, clock: Clock) -> None:
    """A rollout that does not succeed leaves the old pods responding."""
    server.apply(deployment())
    clock.seconds = 10
    server.controllers.becomes_ready = lambda image: image.endswith("1")
    changed = deployment()
    changed["spec"]["template"]["spec"]["containers"][0]["image"] = "a@sha256:2"
    server.apply(changed)
    clock.seconds = 1000
    assert [pod.image for pod in server.controllers.matching(LABELS)] == ["a@sha256:1"] * 2

"""What the API server does with writes to an object that changed: the rules that fencing relies on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from e2e.release.conftest import ReleaseEnvironment
from seatrial.kube.protocol import CONFLICT, Cluster, ClusterError, Manifest

NAME = "conflicting"
UID = "9b0e4a6e-5d3c-4a87-9c1b-4f7d1e2a3b4c"


def service(environment: ReleaseEnvironment, **metadata: object) -> Manifest:
    """Return a Service that no release has."""
    known = {"name": NAME, "namespace": environment.target.environment.namespace}
    spec = {"selector": {"app": NAME}, "ports": [{"port": 80}]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {**known, **metadata}, "spec": spec}


@pytest.fixture
def cluster(environment: ReleaseEnvironment) -> Iterator[Cluster]:
    """The cluster with this Service, which is deleted afterwards."""
    found = environment.target.cluster
    found.apply_new(service(environment, annotations={"first": "yes"}))
    yield found
    found.delete("Service", NAME, environment.target.environment.namespace)


OLD = {"resourceVersion": "1"}
WRITES: dict[str, Callable[[Cluster, ReleaseEnvironment], object]] = {
    "apply": lambda cluster, where: cluster.apply(service(where, **OLD)),
    "apply_new": lambda cluster, where: cluster.apply_new(service(where)),
    "replace_field": lambda cluster, where: cluster.replace_field(service(where, **OLD), "selector"),
    "delete": lambda cluster, where: cluster.delete("Service", NAME, where.target.environment.namespace, "1"),
    "apply to a deleted object": lambda cluster, where: cluster.apply(
        service(where, name="deleted", uid=UID, **OLD)
    ),
}


@pytest.mark.parametrize("write", WRITES)
def test_a_write_to_another_version_is_a_conflict(
    environment: ReleaseEnvironment, cluster: Cluster, write: str
) -> None:
    """Status 409, and the object is as before."""
    namespace = environment.target.environment.namespace
    before = cluster.get("Service", NAME, namespace)
    with pytest.raises(ClusterError) as caught:
        WRITES[write](cluster, environment)
    assert caught.value.status == CONFLICT
    assert cluster.get("Service", NAME, namespace) == before
    assert cluster.get("Service", "deleted", namespace) is None


def test_a_created_object_loses_what_a_later_manifest_does_not_have(
    environment: ReleaseEnvironment, cluster: Cluster
) -> None:
    """Once its fields are owned as applied, `apply` removes those that a manifest no longer has."""
    namespace = environment.target.environment.namespace
    cluster.own_as_applied(cluster.get("Service", NAME, namespace) or {})
    cluster.apply(service(environment, annotations={"second": "yes"}))
    found = cluster.get("Service", NAME, environment.target.environment.namespace) or {}
    assert found["metadata"]["annotations"] == {"second": "yes"}

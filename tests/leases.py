"""The Lease of a namespace in tests: two deployers, and what the in-memory cluster stores."""

from __future__ import annotations

import pytest

from memory_cluster import MemoryCluster
from seatrial.errors import HeldError
from seatrial.kube.fencing import FencedCluster
from seatrial.kube.labels import MANAGED, PART
from seatrial.kube.lease import Lease
from seatrial.kube.protocol import Manifest
from virtual_runtime import VirtualRuntime

SECONDS = 60
LABELS = {MANAGED: "seatrial"}
FIRST_HOLDER, SECOND_HOLDER = "ann@laptop/1", "ben@ci/2"


def stored_lease(cluster: MemoryCluster) -> Manifest:
    """Return the stored Lease object itself, not a copy."""
    return cluster.objects[("Lease", "seatrial")]


def assert_held(lease: Lease) -> HeldError:
    """Assert that the Lease cannot be acquired, and return the error."""
    with pytest.raises(HeldError) as caught, lease.hold():
        pass
    return caught.value


def deployment(replicas: int = 2) -> Manifest:
    """Return the Deployment of slot blue."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "classifier-blue", "namespace": "trial", "labels": LABELS},
        "spec": {"replicas": replicas},
    }


def record() -> Manifest:
    """Return the ConfigMap of a record."""
    metadata = {"name": "release-1", "namespace": "trial", "labels": {**LABELS, PART: "record"}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {}}


def fenced(cluster: MemoryCluster, holder: str, runtime: VirtualRuntime) -> FencedCluster:
    """Return the cluster of a deployer."""
    return FencedCluster(cluster, Lease(cluster, "trial", SECONDS, holder, runtime))

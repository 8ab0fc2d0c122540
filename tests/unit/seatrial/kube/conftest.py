"""Fixtures of the kube tests: virtual time an in-memory cluster that uses it, and its deployers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from leases import FIRST_HOLDER, SECOND_HOLDER, SECONDS, deployment, fenced, record
from memory_cluster import MemoryCluster
from seatrial.kube.fencing import FencedCluster
from seatrial.kube.lease import Lease
from virtual_runtime import VirtualRuntime


@pytest.fixture
def runtime() -> VirtualRuntime:
    """A runtime with virtual time."""
    return VirtualRuntime()


@pytest.fixture
def cluster(runtime: VirtualRuntime) -> MemoryCluster:
    """An in-memory cluster whose clock is the virtual one."""
    return MemoryCluster(runtime=runtime)


@pytest.fixture
def first(cluster: MemoryCluster, runtime: VirtualRuntime) -> Lease:
    """The Lease as one deployer uses it."""
    return Lease(cluster, "trial", SECONDS, FIRST_HOLDER, runtime)


@pytest.fixture
def second(cluster: MemoryCluster, runtime: VirtualRuntime) -> Lease:
    """The Lease as another deployer uses it."""
    return Lease(cluster, "trial", SECONDS, SECOND_HOLDER, runtime)


@pytest.fixture
def stored(runtime: VirtualRuntime) -> MemoryCluster:
    """A cluster in virtual time, with a Deployment and a record."""
    found = MemoryCluster(runtime=runtime)
    found.apply(deployment())
    found.apply(record())
    return found


@pytest.fixture
def holder(stored: MemoryCluster, runtime: VirtualRuntime) -> Iterator[FencedCluster]:
    """The first deployer, which holds the Lease."""
    found = fenced(stored, "ann@laptop/1", runtime)
    with found.lease.hold():
        yield found

"""A namespace in memory, and what lives in it."""

from __future__ import annotations

import pytest

from memory_cluster import MemoryCluster
from seatrial.release.records import Records


@pytest.fixture
def cluster() -> MemoryCluster:
    """A cluster without one."""
    return MemoryCluster()


@pytest.fixture
def records(cluster: MemoryCluster) -> Records:
    """The records of a namespace."""
    return Records(cluster, "trial", "somebody@host/1")  # type: ignore[arg-type]

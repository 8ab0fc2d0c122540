"""Fixtures of the kube tests: virtual time and an in-memory cluster that uses it."""

from __future__ import annotations

import pytest

from memory_cluster import MemoryCluster
from virtual_runtime import VirtualRuntime


@pytest.fixture
def runtime() -> VirtualRuntime:
    """A runtime with virtual time."""
    return VirtualRuntime()


@pytest.fixture
def cluster(runtime: VirtualRuntime) -> MemoryCluster:
    """An in-memory cluster whose clock is the virtual one."""
    return MemoryCluster(runtime=runtime)

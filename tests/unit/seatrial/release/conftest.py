"""A namespace in memory, and what lives in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from memory_cluster import MemoryCluster
from seatrial.release.records import Records
from watched import Behaviour, Watch, serving


@pytest.fixture
def cluster() -> MemoryCluster:
    """A cluster without one."""
    return MemoryCluster()


@pytest.fixture
def records(cluster: MemoryCluster) -> Records:
    """The records of a namespace."""
    return Records(cluster, "trial", "somebody@host/1")  # type: ignore[arg-type]


@pytest.fixture
def behaviour() -> Behaviour:
    """An honest server's, until a test says otherwise."""
    return Behaviour()


@pytest.fixture
def watch(behaviour: Behaviour, tmp_path: Path) -> Iterator[Watch]:
    """Watches a server that behaves so."""
    with serving(behaviour) as url:
        yield Watch(url, tmp_path)

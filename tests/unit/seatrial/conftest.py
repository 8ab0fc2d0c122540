"""Fixtures of the pipeline: model, store, environments in memory, a namespace in memory, a judged server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from memory_cluster import MemoryCluster
from memory_environments import Environments, environments_of
from model_fixtures import golden, model, published, settings, store, workspace
from seatrial.release.records import Records
from seatrial.settings import Settings
from watched import Behaviour, Watch, serving

__all__ = ["golden", "model", "published", "settings", "store", "workspace"]


@pytest.fixture
def environments(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Environments]:
    """A staging and a production that nothing was ever released to."""
    with environments_of(settings, monkeypatch) as found:
        yield found


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

"""Fixtures of the pipeline: model, store, environments in memory, a namespace in memory, a judged server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from memory_cluster import MemoryCluster
from memory_environments import Environments, make_environments
from model_fixtures import golden, model, published, settings, store, workspace
from prediction_server import Behaviour, Load, cat_photo, serving
from seatrial.release.records import Records
from seatrial.settings import Settings

__all__ = ["golden", "model", "published", "settings", "store", "workspace"]


@pytest.fixture
def environments(settings: Settings) -> Environments:
    """A staging and a production without a release."""
    return make_environments(settings)


@pytest.fixture
def cluster() -> MemoryCluster:
    """A cluster without one."""
    return MemoryCluster()


@pytest.fixture
def records(cluster: MemoryCluster) -> Records:
    """The records of a namespace."""
    return Records(cluster, "trial", "somebody@host/1")


@pytest.fixture
def behaviour() -> Behaviour:
    """A server with correct predictions; tests change it."""
    return Behaviour()


@pytest.fixture
def load(behaviour: Behaviour, tmp_path: Path) -> Iterator[Load]:
    """A load on a server with this behaviour."""
    with serving(behaviour) as url:
        yield Load(url, cat_photo(tmp_path))

"""Fixtures of the pipeline: model, store, environments and records in memory, a prediction server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from memory_cluster import MemoryCluster
from memory_environments import Environments, make_environments
from model_fixtures import evaluation, golden, model, published, settings, store, workspace
from prediction_server import Behaviour, Load, cat_photo, serving
from seatrial.release.records import Records
from seatrial.settings import Settings
from virtual_runtime import VirtualRuntime

__all__ = ["evaluation", "golden", "model", "published", "settings", "store", "workspace"]


@pytest.fixture
def environments(settings: Settings) -> Environments:
    """A staging and a production environment without a release."""
    return make_environments(settings)


@pytest.fixture
def cluster() -> MemoryCluster:
    """An empty cluster."""
    return MemoryCluster()


@pytest.fixture
def runtime() -> VirtualRuntime:
    """A runtime at virtual time 0."""
    return VirtualRuntime()


@pytest.fixture
def records(cluster: MemoryCluster) -> Records:
    """The records of a namespace in the cluster."""
    return Records(cluster, "trial", "somebody@host/1")


@pytest.fixture
def behaviour() -> Behaviour:
    """The behaviour of a server with correct predictions; tests change it."""
    return Behaviour()


@pytest.fixture
def load(behaviour: Behaviour, tmp_path: Path) -> Iterator[Load]:
    """A load on a server with this behaviour."""
    with serving(lambda: behaviour) as address:
        yield Load(f"http://{address}", cat_photo(tmp_path))

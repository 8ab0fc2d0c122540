"""The instance's own registry, a repository in it that nobody else uses, and a tiny image."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from model_fixtures import workspace
from seatrial.settings import Registry, Settings, load
from seatrial.workspace import Workspace
from tiny_image import NAME, import_image

__all__ = ["workspace"]
ROOT = Path(__file__).parents[3]


@pytest.fixture
def registry() -> Registry:
    """The registry of the instance that these tests run for; without one they fail."""
    found = load(Workspace(ROOT, os.environ.get("SEATRIAL_INSTANCE", "dev"))).registry
    if not found.address:
        pytest.fail("no registry to test against: make cloud, or REGISTRY=host[:port]", pytrace=False)
    return found.model_copy(update={"repository": f"tests/{uuid.uuid4().hex[:12]}"})


@pytest.fixture
def at_registry(registry: Registry) -> Settings:
    """Settings that push there."""
    return Settings(
        model={"name": "tiny"},
        golden={"name": "tiny"},
        image={"base": "none"},
        registry=registry.model_dump(),
        environments={},
        _local={},
        _flags={},
    )


@pytest.fixture
def engine() -> Iterator[Any]:
    """The Docker engine; the tests' images are removed afterwards."""
    client = docker.from_env()
    yield client
    for image in client.images.list(NAME):
        client.images.remove(image.id, force=True)
    client.close()


@pytest.fixture
def image(engine: Any) -> str:
    """A new image's id."""
    return import_image(engine)

"""A unique repository in the registry of the instance, and a tiny image."""

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
    """The registry of the instance in SEATRIAL_INSTANCE; without one the tests fail."""
    found = load(Workspace(ROOT, os.environ.get("SEATRIAL_INSTANCE", "dev"))).registry
    if not found.address:
        pytest.fail(
            "there is no registry: make cloud, or SEATRIAL_REGISTRY__ADDRESS=host[:port]", pytrace=False
        )
    return found.model_copy(update={"repository": f"tests/{uuid.uuid4().hex[:12]}"})


@pytest.fixture
def at_registry(registry: Registry) -> Settings:
    """Settings with that registry."""
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
    """The Docker engine; the images of the tests are removed afterwards."""
    client = docker.from_env()
    yield client
    for image in client.images.list(NAME):
        client.images.remove(image.id, force=True)
    client.close()


@pytest.fixture
def image_id(engine: Any) -> str:
    """The image id of a new image."""
    return import_image(engine)

"""A registry over HTTP with a checked image."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from checked_images import put_checked
from registry_server import RegistryServer, registry_server
from seatrial.image.registry import Manifest, Repository


@pytest.fixture
def server() -> Iterator[RegistryServer]:
    """An empty registry."""
    with registry_server() as found:
        yield found


@pytest.fixture
def repository(server: RegistryServer) -> Repository:
    """The repository `classifier`."""
    return server.repository()


@pytest.fixture
def image(repository: Repository) -> Manifest:
    """A checked image."""
    return put_checked(repository)

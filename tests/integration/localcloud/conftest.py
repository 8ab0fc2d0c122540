"""Fixtures: an instance of the local cloud that the tests of this directory share."""

from __future__ import annotations

import os
import subprocess
import tomllib
from collections.abc import Iterator

import pytest

from integration.localcloud.cloud import Cloud, run_localcloud, start_instance


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    """Start an instance, and remove it after the session. Every test leaves it running."""
    yield start_instance("test-a")
    result = run_localcloud("down", "--instance", "test-a")
    assert result.code == 0, result.err


@pytest.fixture
def namespace(cloud: Cloud, request: pytest.FixtureRequest) -> Iterator[str]:
    """Create a namespace for one test."""
    name = request.node.name.replace("_", "-").partition("[")[0][:60].rstrip("-")
    cloud.kubectl("create", "namespace", name)
    yield name
    cloud.kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture(scope="session")
def image(cloud: Cloud) -> str:
    """Push the local cloud's base image to its registry, and return the reference."""
    reference = f"{cloud.addresses.registry}:5000/base:1"
    local = tomllib.loads((cloud.instance.directory / "local.toml").read_text())
    cloud.client.images.get(local["image"]["base"]).tag(reference)
    pushed = subprocess.run(
        ["docker", "--config", str(cloud.instance.secrets / "docker"), "push", reference],
        env={**os.environ, "DOCKER_CONFIG": str(cloud.instance.secrets / "docker")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert pushed.returncode == 0, pushed.stderr
    cloud.client.images.remove(reference)
    return reference

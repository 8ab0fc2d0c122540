"""A whole instance of the local cloud, of the tests' own."""

from __future__ import annotations

import os
import subprocess
import tomllib
from collections.abc import Iterator

import pytest

from integration.localcloud.cloud import Cloud, started, typed


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    """An instance that the tests of this folder share; each leaves it whole."""
    yield started("test-a")
    ended = typed("down", "--instance", "test-a")
    assert ended.code == 0, ended.err


@pytest.fixture
def namespace(cloud: Cloud, request: pytest.FixtureRequest) -> Iterator[str]:
    """A namespace of the test's own."""
    name = request.node.name.replace("_", "-").partition("[")[0][:60].rstrip("-")
    cloud.kubectl("create", "namespace", name)
    yield name
    cloud.kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture(scope="session")
def image(cloud: Cloud) -> str:
    """The local cloud's own base image, pushed to its private registry."""
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

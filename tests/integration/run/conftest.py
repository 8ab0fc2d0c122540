"""Fixtures: the image of the last `make build`, a checkout that has it, and the engine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import docker
import pytest

from integration.run.running_command import RunningCommand, Start, running
from model_fixtures import settings, store, workspace
from seatrial.errors import SeatrialError
from seatrial.image.local_container import LABEL
from seatrial.results import BuildResult
from seatrial.workspace import Workspace
from tiny_image import write_results

__all__ = ["settings", "store", "workspace"]
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def image() -> str:
    """The image id of the last `make build`."""
    checkout = Workspace(ROOT, os.environ.get("SEATRIAL_INSTANCE", "dev"))
    try:
        return checkout.read_result(BuildResult, current=False).image_id
    except SeatrialError as error:
        pytest.fail(f"no image to run: {error.message}; {error.hint}", pytrace=False)


@pytest.fixture(scope="session")
def engine() -> Iterator[Any]:
    """A client of the Docker engine."""
    client = docker.from_env()
    yield client
    client.close()


@pytest.fixture
def built(workspace: Workspace, image: str) -> Workspace:
    """A checkout in which this image was built."""
    write_results(workspace, image)
    return workspace


@pytest.fixture
def containers(engine: Any, built: Workspace, image: str) -> Any:
    """A function that returns the containers of `run` that have this image."""

    def find() -> list[Any]:
        found: list[Any] = engine.containers.list(all=True, filters={"label": LABEL, "ancestor": image})
        return found

    return find


@pytest.fixture
def start(built: Workspace) -> Iterator[Start]:
    """A function that starts `seatrial run` in the checkout; every one is stopped at the end."""
    with ExitStack() as stack:

        def begin(*options: str) -> RunningCommand:
            return stack.enter_context(running(built.root, *options, instance=built.instance))

        yield begin

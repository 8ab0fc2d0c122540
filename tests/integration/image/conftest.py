"""Options and fixtures for the tests of a built image; by default the result of the last `make build`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from app_container import LABEL, SESSION, AppContainer
from imagemodel.golden import GoldenSet, load_golden
from seatrial.errors import SeatrialError
from seatrial.results import BuildResult, FetchResult
from seatrial.workspace import Workspace

ROOT = Path(__file__).parents[3]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that `seatrial check` uses."""
    group = parser.getgroup("image")
    group.addoption("--image", default="", help="image id (default: the result of make build)")
    group.addoption("--golden", default="", help="golden set directory (default: the result of make fetch)")
    group.addoption(
        "--model-digest", default="", help="expected model digest (default: the result of make build)"
    )
    group.addoption("--ready-seconds", type=float, default=30, help="deadline for readiness in seconds")


@pytest.fixture(scope="session")
def workspace() -> Workspace:
    """The workspace of this checkout and the current instance."""
    return Workspace(ROOT, os.environ.get("SEATRIAL_INSTANCE", "dev"))


@pytest.fixture(scope="session")
def image(pytestconfig: pytest.Config, workspace: Workspace) -> str:
    """The image id."""
    return pytestconfig.getoption("--image", "") or stage_result(workspace, BuildResult, "--image").image_id


@pytest.fixture(scope="session")
def model_digest(pytestconfig: pytest.Config, workspace: Workspace) -> str:
    """The expected model digest."""
    given = pytestconfig.getoption("--model-digest", "")
    return given or stage_result(workspace, BuildResult, "--model-digest").model.digest


@pytest.fixture(scope="session")
def golden(pytestconfig: pytest.Config, workspace: Workspace) -> GoldenSet:
    """The golden set."""
    given = pytestconfig.getoption("--golden", "")
    return load_golden(Path(given or stage_result(workspace, FetchResult, "--golden").golden_path))


@pytest.fixture(scope="session")
def ready_seconds(pytestconfig: pytest.Config) -> float:
    """The deadline for readiness in seconds."""
    return float(pytestconfig.getoption("--ready-seconds", 30))


@pytest.fixture(scope="session")
def engine() -> Iterator[Any]:
    """A client of the Docker engine; containers of this session are removed at the end."""
    client = docker.from_env()
    yield client
    for leftover in client.containers.list(all=True, filters={"label": f"{LABEL}={SESSION}"}):
        leftover.remove(force=True, v=True)
    client.close()


@pytest.fixture(scope="session")
def app(engine: Any, image: str, ready_seconds: float) -> Iterator[AppContainer]:
    """A ready container of the image, shared by tests that do not change it."""
    with AppContainer(image) as container:
        container.wait_ready(ready_seconds)
        yield container


@pytest.fixture
def own_app(engine: Any, image: str, ready_seconds: float) -> Iterator[AppContainer]:
    """A ready container of the image for one test, which may stop it."""
    with AppContainer(image) as container:
        container.wait_ready(ready_seconds)
        yield container


def stage_result(workspace: Workspace, kind: type[Any], option: str) -> Any:
    """Return the result of a stage, or fail with a hint."""
    try:
        return workspace.read_result(kind)
    except SeatrialError as error:
        pytest.fail(f"no image to test: {error.message}; {error.hint}, or give {option}", pytrace=False)

"""The image under test: given by name, or what `make build` gave last."""

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
    """What `seatrial check` says on the command line."""
    group = parser.getgroup("image")
    group.addoption("--image", default="", help="image id; default: what make build gave")
    group.addoption("--golden", default="", help="golden set directory; default: what make fetch gave")
    group.addoption("--model-digest", default="", help="the model it must hold; default: what was built")
    group.addoption("--ready-seconds", type=float, default=30, help="how soon it must be ready")


@pytest.fixture(scope="session")
def workspace() -> Workspace:
    """The checkout and the instance that the tests run for."""
    return Workspace(ROOT, os.environ.get("SEATRIAL_INSTANCE", "dev"))


@pytest.fixture(scope="session")
def image(pytestconfig: pytest.Config, workspace: Workspace) -> str:
    """The image's id; without one the tests fail."""
    return pytestconfig.getoption("--image", "") or result(workspace, BuildResult, "--image").image_id


@pytest.fixture(scope="session")
def model_digest(pytestconfig: pytest.Config, workspace: Workspace) -> str:
    """The digest of the model that must be inside."""
    given = pytestconfig.getoption("--model-digest", "")
    return given or result(workspace, BuildResult, "--model-digest").model.digest


@pytest.fixture(scope="session")
def golden(pytestconfig: pytest.Config, workspace: Workspace) -> GoldenSet:
    """Photos with the labels expected of them."""
    given = pytestconfig.getoption("--golden", "")
    return load_golden(Path(given or result(workspace, FetchResult, "--golden").golden_path))


@pytest.fixture(scope="session")
def ready_seconds(pytestconfig: pytest.Config) -> float:
    """How soon a container must be ready."""
    return float(pytestconfig.getoption("--ready-seconds", 30))


@pytest.fixture(scope="session")
def engine() -> Iterator[Any]:
    """The Docker engine; whatever these tests left behind is removed by label."""
    client = docker.from_env()
    yield client
    for left in client.containers.list(all=True, filters={"label": f"{LABEL}={SESSION}"}):
        left.remove(force=True, v=True)
    client.close()


@pytest.fixture(scope="session")
def app(engine: Any, image: str, ready_seconds: float) -> Iterator[AppContainer]:
    """One container of the image, ready, for tests that leave it as it was."""
    with AppContainer(image) as container:
        container.wait_ready(ready_seconds)
        yield container


@pytest.fixture
def own_app(engine: Any, image: str, ready_seconds: float) -> Iterator[AppContainer]:
    """A container of the image, ready, that a test may stop."""
    with AppContainer(image) as container:
        container.wait_ready(ready_seconds)
        yield container


def result(workspace: Workspace, kind: type[Any], option: str) -> Any:
    """Return a stage's result, or fail with the cure."""
    try:
        return workspace.read_result(kind)
    except SeatrialError as error:
        pytest.fail(f"no image to test: {error.message}; {error.hint}, or give {option}", pytrace=False)

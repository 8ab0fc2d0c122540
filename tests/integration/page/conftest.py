"""Fixtures: Chromium on two screens, and the page of the app with the example model."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from classifier.app import create_app
from classifier.config import Config
from integration.page.browser import DESKTOP, PHONE, Browser, chromium
from integration.page.serving import ScriptedAnswers, serving

ROOT = Path(__file__).parents[3]
DIRECTORY = ROOT / ".seatrial" / os.environ.get("SEATRIAL_INSTANCE", "dev")


@pytest.fixture(scope="session")
def example() -> Path:
    """The directory of the example model and its golden set."""
    folder = DIRECTORY / "example"
    if not (folder / "model").is_dir():
        pytest.fail(f"{folder} is missing; run make example INSTANCE=test", pytrace=False)
    return folder


@pytest.fixture(scope="session")
def photos(example: Path) -> Path:
    """The photos of the golden set."""
    return example / "golden"


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """Where screenshots are kept."""
    return DIRECTORY / "page"


@pytest.fixture(scope="session")
def desktop_window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium on a desktop's screen."""
    with chromium(DESKTOP, tmp_path_factory.mktemp("desktop")) as browser:
        yield browser


@pytest.fixture(scope="session")
def phone_window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium on a phone's screen."""
    with chromium(PHONE, tmp_path_factory.mktemp("phone")) as browser:
        yield browser


@pytest.fixture(scope="session")
def app(example: Path) -> ScriptedAnswers:
    """The app with the example model."""
    return ScriptedAnswers(create_app(Config(model_dir=example / "model", release="staging-4")))


@pytest.fixture(scope="session")
def address(app: ScriptedAnswers) -> Iterator[str]:
    """The URL of the app."""
    with serving(app) as url:
        yield url


@pytest.fixture
def desktop(desktop_window: Browser, app: ScriptedAnswers, address: str) -> Iterator[Browser]:
    """The page on a desktop, just opened."""
    yield from _opened(desktop_window, app, address)


@pytest.fixture(params=["desktop_window", "phone_window"])
def browser(request: pytest.FixtureRequest, app: ScriptedAnswers, address: str) -> Iterator[Browser]:
    """The page on a desktop and on a phone, just opened."""
    yield from _opened(request.getfixturevalue(request.param), app, address)


def _opened(window: Browser, app: ScriptedAnswers, address: str) -> Iterator[Browser]:
    app.next.clear()
    app.types.clear()
    window.emulate(prefers_color_scheme="light")
    window.open(address)
    yield window

"""Fixtures: server processes with the small model, and with an app that a test holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app_process import AppProcess, serve

SMALL = {
    "APP_HEAD_SECONDS": "2",
    "APP_RECEIVE_SECONDS": "3",
    "APP_MAX_BODY_BYTES": "200000",
    "APP_BUFFER_BYTES": "600000",
    "APP_MAX_CONNECTIONS": "50",
}


@pytest.fixture(scope="session")
def server(model_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppProcess]:
    """A server with the default settings."""
    with serve(model_dir, tmp_path_factory.mktemp("server")) as found:
        yield found


@pytest.fixture(scope="session")
def small_server(model_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppProcess]:
    """A server with short deadlines and small limits."""
    with serve(model_dir, tmp_path_factory.mktemp("small"), SMALL) as found:
        yield found


@pytest.fixture
def own_server(model_dir: Path, tmp_path: Path) -> Iterator[AppProcess]:
    """A server for one test, which may stop it."""
    with serve(model_dir, tmp_path) as found:
        yield found

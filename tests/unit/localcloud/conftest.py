"""Fixtures: an instance in an empty checkout, and the controller's package on the import path."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from localcloud.instance import Instance, find

# The controller is not part of localcloud: its image contains this directory alone.
sys.path.insert(0, str(Path(__file__).parents[3] / "src/localcloud/images/loadbalancer"))


class RecordedProgress:
    """A progress reporter that records step names and lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    @contextmanager
    def step(self, name: str, activity: str = "running") -> Iterator[None]:  # noqa: ARG002
        """Record a step."""
        self.lines.append(name)
        yield

    def line(self, text: str) -> None:
        """Record a line."""
        self.lines.append(text)


@pytest.fixture
def progress() -> RecordedProgress:
    """Return a progress reporter that records."""
    return RecordedProgress()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Use an empty cache directory for each test."""
    path = tmp_path / "cache"
    monkeypatch.setenv("SEATRIAL_CACHE", str(path))
    return path


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    """Return an instance of an empty checkout."""
    (tmp_path / "seatrial.toml").touch()
    return find("unit", tmp_path)

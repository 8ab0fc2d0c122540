"""An instance that exists nowhere but in a folder of the test, and the controller as its image has it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from localcloud.instance import Instance, find

# The controller is a program of its own, run from this folder inside its image.
sys.path.insert(0, str(Path(__file__).parents[3] / "src/localcloud/images/loadbalancer"))


class Said:
    """A report that remembers."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Remember a step."""
        self.lines.append(name)
        yield

    def line(self, text: str) -> None:
        """Remember a line."""
        self.lines.append(text)


@pytest.fixture
def said() -> Said:
    """Return a report that remembers."""
    return Said()


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    """Return an instance of an empty checkout."""
    (tmp_path / "seatrial.toml").touch()
    return find("unit", tmp_path)

"""Fixtures of the release stages: an environment in memory that serves over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from seatrial.settings import Settings
from seatrial.workspace import Workspace
from served_environment import ServedEnvironment, serving_environment


@pytest.fixture
def served(settings: Settings, workspace: Workspace, golden: Path) -> Iterator[ServedEnvironment]:
    """The environment `local`, without a release."""
    with serving_environment(settings, workspace, golden) as environment:
        yield environment

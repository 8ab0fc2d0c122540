"""Fixtures of the release stages: an environment in memory, over HTTP or in virtual time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from seatrial.settings import Settings
from seatrial.workspace import Workspace
from served_environment import ServedEnvironment, serving_environment
from virtual_environment import VirtualEnvironment, virtual_environment


@pytest.fixture
def served(settings: Settings, workspace: Workspace, golden: Path) -> Iterator[ServedEnvironment]:
    """The environment `local`, without a release."""
    with serving_environment(settings, workspace, golden) as environment:
        yield environment


@pytest.fixture
def virtual(settings: Settings, workspace: Workspace, golden: Path) -> VirtualEnvironment:
    """The environment `local` in virtual time, without a release."""
    return virtual_environment(settings, workspace, golden)

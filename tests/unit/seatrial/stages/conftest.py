"""Fixtures of the stages: an environment in memory that serves over HTTP; what `prune` removes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from memory_environments import Environments
from prune_harness import PruneHarness, make_harness
from seatrial.settings import Settings
from seatrial.workspace import Workspace
from served_environment import ServedEnvironment, serving_environment


@pytest.fixture
def served(settings: Settings, workspace: Workspace, golden: Path) -> Iterator[ServedEnvironment]:
    """The environment `local`, without a release."""
    with serving_environment(settings, workspace, golden) as environment:
        yield environment


@pytest.fixture
def harness(environments: Environments, workspace: Workspace) -> PruneHarness:
    """Two reports, two registry images and two engine images that nothing refers to, and a released one."""
    return make_harness(environments, workspace)

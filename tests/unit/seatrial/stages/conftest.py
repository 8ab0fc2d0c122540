"""Fixtures of the stages: an environment in memory, over HTTP or in virtual time; what `prune` removes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from card_maker import Maker
from colours import LABELS, photo, write_model
from memory_environments import Environments
from prune_harness import PruneHarness, make_harness
from remembered_runs import remembered_runs
from samples import reseal
from seatrial.model.photo_sets.create import SetRequest
from seatrial.settings import Settings
from seatrial.workspace import Workspace
from served_environment import ServedEnvironment, serving_environment
from unit.seatrial.stages.proposals import Proposals, make_proposals
from virtual_environment import VirtualEnvironment, virtual_environment


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the runs of models are kept."""
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(autouse=True)
def _remembered(runs: Path) -> Iterator[None]:
    """Run a model in its subprocess once for each content."""
    with remembered_runs(runs):
        yield


@pytest.fixture
def served(settings: Settings, workspace: Workspace, golden: Path) -> Iterator[ServedEnvironment]:
    """The environment `local`, without a release."""
    with serving_environment(settings, workspace, golden) as environment:
        yield environment


@pytest.fixture
def maker(tmp_path: Path, settings: Settings, workspace: Workspace) -> Maker:
    """A user's directory beside a checkout."""
    return Maker(tmp_path, settings, workspace)


@pytest.fixture
def harness(environments: Environments, workspace: Workspace) -> PruneHarness:
    """Two reports, two registry images and two engine images that nothing refers to, and a released one."""
    return make_harness(environments, workspace)


@pytest.fixture
def virtual(settings: Settings, workspace: Workspace, golden: Path) -> VirtualEnvironment:
    """The environment `local` in virtual time, without a release."""
    return virtual_environment(settings, workspace, golden)


@pytest.fixture
def flowers(tmp_path: Path) -> Path:
    """A model named flowers, of another name than the published one."""
    write_model(tmp_path / "flowers")
    reseal(tmp_path / "flowers", name="flowers")
    return tmp_path / "flowers"


@pytest.fixture
def set_request(tmp_path: Path, model: Path) -> SetRequest:
    """A request for a golden set of two photos of each colour."""
    for label in LABELS:
        (tmp_path / "photos" / label).mkdir(parents=True)
        for side in (20, 30):
            (tmp_path / "photos" / label / f"{side}.png").write_bytes(photo(label, side, "PNG"))
    (tmp_path / "photos" / "LICENSE").write_text("CC0-1.0\n")
    return SetRequest(tmp_path / "photos", model, tmp_path / "out" / "golden")


@pytest.fixture
def proposals(
    settings: Settings, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Proposals:
    """A repository with a model in main, its clone, and a stand-in for gh."""
    stand_ins = Path(__file__).parents[3] / "integration" / "workflows" / "bin"
    monkeypatch.setenv("PATH", f"{stand_ins}:{os.environ['PATH']}")
    monkeypatch.setenv("STANDIN_CALLS", str(tmp_path / "calls"))
    return make_proposals(workspace, settings, tmp_path / "calls.json")

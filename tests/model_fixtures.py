"""Fixtures: a model, a golden set, a checkout and a store in a directory, without network."""

from __future__ import annotations

from pathlib import Path

import pytest

from colours import write_model
from samples import lock_to, make_checkout, make_settings, write_evaluation, write_golden
from seatrial.settings import Settings
from seatrial.stages.fetch import fetch
from seatrial.stages.publish import publish
from seatrial.workspace import Workspace


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """The directory of a valid model."""
    write_model(tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture
def golden(tmp_path: Path) -> Path:
    """The directory of a valid golden set."""
    write_golden(tmp_path / "golden")
    return tmp_path / "golden"


@pytest.fixture
def evaluation(tmp_path: Path) -> Path:
    """The directory of a valid evaluation set."""
    write_evaluation(tmp_path / "evaluation")
    return tmp_path / "evaluation"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """The directory of the store."""
    return tmp_path / "store"


@pytest.fixture
def settings(store: Path) -> Settings:
    """Settings with this store."""
    return make_settings(url=store.as_uri())


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A new checkout with its own cache."""
    monkeypatch.setenv("SEATRIAL_CACHE", str(tmp_path / "cache"))
    return make_checkout(tmp_path / "checkout")


@pytest.fixture
def published(settings: Settings, workspace: Workspace, model: Path, golden: Path) -> Workspace:
    """The workspace, with a lock that names the model and golden set published to the store."""
    return published_in(settings, workspace, model, golden)


def published_in(
    settings: Settings, workspace: Workspace, model: Path, golden: Path, evaluation: Path | None = None
) -> Workspace:
    """Publish and lock a model and its photos; return a new workspace object."""
    done = publish(settings, workspace, model=model, golden=golden, evaluation=evaluation)
    assert done.model is not None
    assert done.golden is not None
    lock_to(workspace, done.model, done.golden, done.evaluation)
    return Workspace(workspace.root, workspace.instance)


def fetched(
    settings: Settings, workspace: Workspace, model: Path, golden: Path, evaluation: Path | None = None
) -> Workspace:
    """Publish, lock and fetch a model and its photos; return a new workspace object."""
    fresh = published_in(settings, workspace, model, golden, evaluation)
    fresh.write_result(fetch(settings, fresh))
    return fresh

"""The live models that a new one is compared with, and the reasons why there is none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from colours import write_model
from samples import commit_all
from seatrial.model.locks.lock import read_lock, write_lock
from seatrial.model.validation.live import LiveModel, LiveModels, NoLiveModel
from seatrial.model.validation.live_directories import live_directories, previous_models
from seatrial.results import Artefact
from seatrial.settings import Settings
from seatrial.stages.publish import publish
from seatrial.workspace import Workspace

UNPUBLISHED = Artefact(name="colours", version="0.1.0", digest=f"sha256:{'0' * 64}")
UNREAD = NoLiveModel("it could not be read: staging does not answer", expected=True)


@pytest.mark.parametrize(
    ("live", "title", "found"),
    [
        (LiveModels(), "the live model", NoLiveModel("no model is known to be live")),
        (LiveModels(unread={"staging": "staging does not answer"}), "the live model of staging", UNREAD),
    ],
)
def test_without_a_live_model_there_is_a_reason(
    settings: Settings, published: Workspace, live: LiveModels, title: str, found: NoLiveModel
) -> None:
    """A first release has none; a cluster or store that failed should have had one."""
    assert live_directories(settings, published, read_lock(published.lock), live) == {title: found}


def test_a_live_model_that_the_store_lost_is_a_reason(settings: Settings, published: Workspace) -> None:
    """The comparison should have been possible."""
    live = LiveModels((LiveModel(UNPUBLISHED, ("staging",)),))
    (found,) = live_directories(settings, published, read_lock(published.lock), live).values()
    assert isinstance(found, NoLiveModel)
    assert found.expected
    assert found.why.startswith("colours 0.1.0 cannot be fetched")


def test_the_live_model_is_not_compared_with_itself(settings: Settings, published: Workspace) -> None:
    """There is nothing to demand."""
    lock = read_lock(published.lock)
    live = LiveModels((LiveModel(lock.model, ("staging", "production")),))
    found = live_directories(settings, published, lock, live)
    assert found == {"the live model of staging and production": NoLiveModel("it is the live model itself")}


def test_each_live_model_counts(settings: Settings, published: Workspace, tmp_path: Path) -> None:
    """Those that are known are fetched, and one that is not known is listed beside them."""
    write_model(tmp_path / "live", version="0.9.0")
    live = publish(settings, published, model=tmp_path / "live").model
    assert live
    models = LiveModels((LiveModel(live, ("production",)),), {"staging": "staging does not answer"})
    found = live_directories(settings, published, read_lock(published.lock), models)
    directory = found["the live model of production"]
    assert isinstance(directory, Path)
    assert (directory / "model.json").is_file()
    assert found["the live model of staging"] == UNREAD


def test_a_live_model_that_the_store_has_with_other_bytes_is_a_reason(
    settings: Settings, published: Workspace, store: Path, tmp_path: Path
) -> None:
    """It is no fault of the new model: the comparison is missing, which the setting refuses or reports."""
    write_model(tmp_path / "live", version="0.9.0")
    live = publish(settings, published, model=tmp_path / "live").model
    assert live
    (store / "models" / "colours" / "0.9.0" / "labels.txt").write_text("blue\nred\ngreen\n")
    models = LiveModels((LiveModel(live, ("production",)),))
    (found,) = live_directories(settings, published, read_lock(published.lock), models).values()
    assert isinstance(found, NoLiveModel)
    assert found.expected
    assert found.why.startswith("colours 0.9.0 cannot be fetched")


@pytest.mark.parametrize(("damaged", "expected"), [("", False), ("labels.txt", True)])
def test_a_model_locked_before_should_be_had_unless_the_store_has_it_no_more(
    settings: Settings, published: Workspace, store: Path, tmp_path: Path, damaged: str, expected: bool
) -> None:
    """`prune` may have removed it; a version that is damaged in the store is another matter."""
    lock = read_lock(published.lock)
    write_model(tmp_path / "before", version="0.9.0")
    before = publish(settings, published, model=tmp_path / "before").model
    assert before
    write_lock(published.lock, lock.model_copy(update={"model": before}))
    commit_all(published)
    version = store / "models" / "colours" / "0.9.0"
    if damaged:
        (version / damaged).write_text("damaged")
    else:
        shutil.rmtree(version)
    found = previous_models(settings, published, lock, {})["the model locked before"]
    assert isinstance(found, NoLiveModel)
    assert (found.why.startswith("colours 0.9.0 cannot be fetched"), found.expected) == (True, expected)

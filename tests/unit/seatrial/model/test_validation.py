"""The live model that a new one is compared with, and the reasons why there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from colours import write_model
from seatrial.model.live import LiveModel, NoLiveModel
from seatrial.model.lock import read_lock
from seatrial.model.validation import live_directory
from seatrial.results import Artefact
from seatrial.settings import Settings
from seatrial.stages.publish import publish
from seatrial.workspace import Workspace

UNPUBLISHED = Artefact(name="colours", version="0.1.0", digest=f"sha256:{'0' * 64}")


@pytest.mark.parametrize(
    ("live", "found"),
    [
        (LiveModel(None), NoLiveModel("no other model is known to be live")),
        (
            LiveModel(None, ("staging",)),
            NoLiveModel("the records of staging could not be read", expected=True),
        ),
        (
            LiveModel(UNPUBLISHED),
            NoLiveModel("the live model colours 0.1.0 is not in the store", expected=True),
        ),
    ],
)
def test_without_a_live_model_there_is_a_reason(
    settings: Settings, published: Workspace, live: LiveModel, found: NoLiveModel
) -> None:
    """A first release has none; a cluster or store that failed should have had one."""
    assert live_directory(settings, published, read_lock(published.lock), live) == found


def test_the_live_model_is_not_compared_with_itself(settings: Settings, published: Workspace) -> None:
    """There is nothing to demand."""
    lock = read_lock(published.lock)
    found = live_directory(settings, published, lock, LiveModel(lock.model))
    assert found == NoLiveModel("it is the live model itself")


def test_another_live_model_is_fetched(settings: Settings, published: Workspace, tmp_path: Path) -> None:
    """Its directory is that of the verified copy."""
    write_model(tmp_path / "live", version="0.9.0")
    live = publish(settings, published, model=tmp_path / "live").model
    found = live_directory(settings, published, read_lock(published.lock), LiveModel(live))
    assert isinstance(found, Path)
    assert (found / "model.json").is_file()

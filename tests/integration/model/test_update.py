"""update with a newer model in the channel."""

from __future__ import annotations

from pathlib import Path

import pytest

from colours import write_model
from seatrial.errors import RefusedError
from seatrial.model.locks.lock import read_lock
from seatrial.settings import Settings
from seatrial.stages.publish import publish
from seatrial.stages.update import update
from seatrial.workspace import Workspace

POINTER = Path("models/colours/channels/latest.json")


def test_a_newer_model_that_validates_is_locked(
    settings: Settings, published: Workspace, tmp_path: Path
) -> None:
    """The lock moves to the model of the channel, the golden set stays, and the result is of the new lock."""
    write_model(tmp_path / "second", version="2.0.0")
    publish(settings, published, model=tmp_path / "second")
    golden = read_lock(published.lock).golden
    done = update(settings, published)
    assert done.changed
    assert read_lock(published.lock).model == done.model
    assert read_lock(published.lock).golden == golden
    assert done.lock_digest == Workspace(published.root, published.instance).lock_digest


def test_a_newer_model_that_does_not_validate_is_refused(
    settings: Settings, published: Workspace, tmp_path: Path
) -> None:
    """A wrong model in the channel does not change the lock file."""
    write_model(tmp_path / "wrong", labels=("green", "red", "blue"), version="3.0.0")
    publish(settings, published, model=tmp_path / "wrong")
    before = published.lock.read_bytes()
    with pytest.raises(RefusedError, match=r"colours 3\.0\.0 failed"):
        update(settings, published)
    assert published.lock.read_bytes() == before

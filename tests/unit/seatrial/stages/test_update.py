"""update: the lock follows the channel."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.errors import OutsideError, RefusedError
from seatrial.settings import Settings
from seatrial.stages.update import update
from seatrial.workspace import Workspace

POINTER = Path("models/colours/channels/latest.json")


def test_a_current_lock_is_left_alone(settings: Settings, published: Workspace) -> None:
    """Where the channel names what is locked, nothing changes, not even the file."""
    before = published.lock.stat()
    assert not update(settings, published).changed
    assert published.lock.stat() == before


def test_no_channel_is_told(settings: Settings, published: Workspace, store: Path) -> None:
    """A channel that was never made ends in one line with the cure."""
    (store / POINTER).unlink()
    with pytest.raises(OutsideError, match="no channel latest of colours"):
        update(settings, published)


@pytest.mark.parametrize("content", ["", "[]", '{"version": "1.0.0"}', '{"version": "../x", "digest": "x"}'])
def test_a_pointer_that_names_nothing_is_told(
    settings: Settings, published: Workspace, store: Path, content: str
) -> None:
    """A channel that somebody wrote by hand and wrongly is refused, and the lock stays."""
    (store / POINTER).write_text(content)
    with pytest.raises(RefusedError, match="names no version"):
        update(settings, published)

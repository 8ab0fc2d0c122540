"""update moves the lock to the model of the channel."""

from __future__ import annotations

from pathlib import Path

import pytest

from colours import write_model
from seatrial.errors import OutsideError, RefusedError
from seatrial.model.locks.lock import parse_lock
from seatrial.settings import Settings
from seatrial.stages.publish import publish
from seatrial.stages.update import update
from seatrial.workspace import Workspace

POINTER = Path("models/colours/channels/latest.json")


def test_a_current_lock_is_not_written(settings: Settings, published: Workspace) -> None:
    """If the channel names the locked model, the file is not touched."""
    before = published.lock.stat()
    assert not update(settings, published).changed
    assert published.lock.stat() == before


def test_a_missing_channel_is_an_error(settings: Settings, published: Workspace, store: Path) -> None:
    """The error names the channel and the model."""
    (store / POINTER).unlink()
    with pytest.raises(OutsideError, match="no channel latest of colours"):
        update(settings, published)


def test_the_result_has_the_new_lock_and_the_checks_that_the_model_passed(
    settings: Settings, published: Workspace, tmp_path: Path
) -> None:
    """`propose` needs nothing else of the run that validated the model."""
    write_model(tmp_path / "next", version="1.1.0")
    publish(settings, published, model=tmp_path / "next")
    result = update(settings, published)
    assert result.lock == published.lock.read_text()
    assert parse_lock(result.lock.encode(), "lock").model == result.model
    assert {"model: files match their digests", "loads and predicts", "time per photo"} <= {
        check.name for check in result.verdicts
    }


@pytest.mark.parametrize("content", ["", "[]", '{"version": "1.0.0"}', '{"version": "../x", "digest": "x"}'])
def test_an_invalid_channel_is_refused(
    settings: Settings, published: Workspace, store: Path, content: str
) -> None:
    """A channel document without a valid version and digest is refused."""
    (store / POINTER).write_text(content)
    with pytest.raises(RefusedError, match="does not name a version"):
        update(settings, published)


def test_an_older_model_of_the_channel_is_named(
    settings: Settings, published: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A channel that was moved back moves the lock back, with a warning."""
    write_model(tmp_path / "older", version="0.9.0")
    publish(settings, published, model=tmp_path / "older", channel="latest")
    assert update(settings, published).changed
    assert "warning: the channel latest names 0.9.0, which is older than 1.0.0" in capsys.readouterr().err

"""publish, fetch, validate and update with every kind of store."""

from __future__ import annotations

from pathlib import Path

import pytest

from colours import write_model
from samples import lock_to
from seatrial.errors import RefusedError
from seatrial.model.locks.lock import read_lock
from seatrial.settings import Settings
from seatrial.stages.fetch import fetch
from seatrial.stages.publish import publish
from seatrial.stages.update import update
from seatrial.stages.validate import validate
from seatrial.stores.protocol import BlobStore
from seatrial.workspace import Workspace

BLOB = "models/colours/1.0.0/labels.txt"


@pytest.fixture
def published(settings: Settings, workspace: Workspace, model: Path, golden: Path) -> Workspace:
    """The workspace, locked to a model and golden set that are in the store."""
    done = publish(settings, workspace, model=model, golden=golden)
    assert done.model
    assert done.golden
    lock_to(workspace, done.model, done.golden)
    return Workspace(workspace.root, workspace.instance)


def test_a_published_model_is_fetched_and_validated(
    settings: Settings, published: Workspace, model: Path, tmp_path: Path
) -> None:
    """The published model passes validation; a second version moves the channel and the lock."""
    published.write_result(fetch(settings, published))
    assert validate(settings, published).passed
    again = publish(settings, published, model=model, if_absent=True)
    assert not again.created
    write_model(tmp_path / "second", version="2.0.0")
    publish(settings, published, model=tmp_path / "second")
    assert update(settings, published).changed
    assert read_lock(published.lock).model.version == "2.0.0"


@pytest.mark.parametrize("damage", [b"green\nred\nblue\n\n"[:15], b"red", b"red\ngreen\nblue\nmore\n"])
def test_a_blob_changed_after_publication_is_refused(
    settings: Settings, published: Workspace, store: BlobStore, damage: bytes
) -> None:
    """Other, fewer or more bytes are a digest mismatch; the cache stays empty."""
    found = store.read(BLOB)
    assert found is not None
    assert store.replace(BLOB, damage, found.tag)
    with pytest.raises(RefusedError, match="digest mismatch"):
        fetch(settings, published)
    assert not list((published.cache / "models").iterdir())

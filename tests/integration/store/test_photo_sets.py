"""The sets in a store, on Azurite, the S3 server of moto, and a directory."""

from __future__ import annotations

from pathlib import Path

from samples import write_golden
from seatrial.model.photo_sets.catalogue import published_sets
from seatrial.model.photo_sets.reference import open_set
from seatrial.settings import Settings
from seatrial.stages.publish import publish
from seatrial.stores.choose import open_store
from seatrial.workspace import Workspace


def test_published_sets_are_listed_and_opened(
    settings: Settings, workspace: Workspace, golden: Path, model: Path, tmp_path: Path
) -> None:
    """Two versions of a golden set are listed, the model is not, and the list of one is read."""
    publish(settings, workspace, model=model, golden=golden)
    write_golden(tmp_path / "second", version="2.0.0")
    second = publish(settings, workspace, golden=tmp_path / "second").golden
    found = published_sets(open_store(settings.store), 4)
    assert [(each.name, each.version) for each in found] in (
        [("colour-photos", "2.0.0"), ("colour-photos", "1.0.0")],
        # Both were published in the same second.
        [("colour-photos", "1.0.0"), ("colour-photos", "2.0.0")],
    )
    assert open_set(settings.store, "colour-photos/2.0.0").artefact == second

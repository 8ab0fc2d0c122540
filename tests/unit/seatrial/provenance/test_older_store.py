"""Publication records and channels that version 4307a5d wrote into a store."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from seatrial.model.artefacts import GOLDEN_SET, MODEL, PUBLICATION, channel_key, version_key
from seatrial.model.published.publisher import Publisher
from seatrial.provenance.resolve import ProvenanceResolver
from seatrial.results import Artefact
from seatrial.settings import Settings
from seatrial.stores.choose import open_store
from seatrial.workspace import Workspace

FIXTURE = Path(__file__).parents[3] / "fixtures" / "version-4307a5d" / "store"


def artefact(document: Path) -> Artefact:
    """Return the artefact of a publication record."""
    record = json.loads(document.read_text())
    return Artefact(name=record["name"], version=record["version"], digest=record["digest"])


def test_the_publisher_is_read(store: Path, settings: Settings, workspace: Workspace) -> None:
    """Publisher, time and revision of the model and of the golden set are part of the provenance."""
    for kind, name in ((MODEL, "model"), (GOLDEN_SET, "golden")):
        document = FIXTURE / name / "publication.json"
        published = artefact(document)
        target = store / version_key(kind, published, PUBLICATION)
        target.parent.mkdir(parents=True)
        shutil.copy(document, target)
        found = ProvenanceResolver(settings, workspace).publication(kind, published)
        assert (found.publisher, found.unknown) == ("someone@example.org", "")
        assert found.revision.startswith("4307a5d")


def test_the_channel_is_read(store: Path, settings: Settings, workspace: Workspace) -> None:
    """The channel names the version and digest of the model."""
    model = artefact(FIXTURE / "model" / "publication.json")
    target = store / channel_key(model.name, "latest")
    target.parent.mkdir(parents=True)
    shutil.copy(FIXTURE / "model" / "latest.json", target)
    channel = Publisher(open_store(settings.store), workspace, 1).channel(model.name, "latest")
    assert channel is not None
    assert json.loads(channel.content) == {"digest": model.digest, "version": model.version}

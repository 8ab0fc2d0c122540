"""One published model as the store has it, and how two of them differ."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from imagemodel.card import LABELS
from seatrial.errors import RefusedError, UsageError
from seatrial.model.artefacts import MODEL, PUBLICATION, FileList, check_names, parse_file_list, version_key
from seatrial.model.locks.lock import read_lock
from seatrial.model.published.transfer import mismatch, stream
from seatrial.model.published.version_index import VersionIndex
from seatrial.model.validation.label_changes import label_changes
from seatrial.results import Artefact
from seatrial.settings import Settings
from seatrial.stores.choose import open_store
from seatrial.stores.protocol import BlobNotFoundError, BlobStore
from seatrial.workspace import Workspace


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelDetails(_Frozen):
    """A published model: its card and publication record as they are, and the channels that point to it."""

    name: str
    version: str
    digest: str
    card: dict[str, Any]
    publication: dict[str, Any]
    channels: tuple[str, ...]


class Change(_Frozen):
    """A field of the card, or a file, that differs; empty if one of the two models does not have it."""

    what: str
    old: str
    new: str


class ModelDiff(_Frozen):
    """The differences between two published models: fields of the card, files, labels."""

    old: Artefact
    new: Artefact
    fields: tuple[Change, ...]
    files: tuple[Change, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True)
class _Stored:
    store: BlobStore
    files: FileList
    card: dict[str, Any]

    def labels(self, connections: int) -> list[str]:
        """Return the labels, verified."""
        artefact, entry = self.files.artefact, self.files.files[LABELS]
        key = version_key(MODEL, artefact, LABELS)
        content = b"".join(stream(self.store, key, entry.size, connections))
        if hashlib.sha256(content).hexdigest() != entry.sha256:
            raise mismatch(self.store, key, f"sha256 {entry.sha256}", hashlib.sha256(content).hexdigest())
        return content.decode(errors="replace").splitlines()


def show(settings: Settings, name: str, version: str) -> ModelDetails:
    """Return a model as the store has it. Raises BlobNotFoundError if it does not have it."""
    stored = _stored(settings, name, version)
    artefact = stored.files.artefact
    record = stored.store.read(version_key(MODEL, artefact, PUBLICATION))
    index = VersionIndex(stored.store, MODEL, name, settings.store.connections)
    channels = [channel for channel, target in index.channels().items() if target.version == version]
    return ModelDetails(
        **artefact.model_dump(),
        card=stored.card,
        publication=_fields(record.content) if record else {},
        channels=tuple(channels),
    )


def compare(settings: Settings, workspace: Workspace, old: str, new: str) -> ModelDiff:
    """Return how two published models differ, each given as VERSION or NAME/VERSION."""
    first, second = (_stored(settings, *split(workspace, each)) for each in (old, new))
    connections = settings.store.connections
    before, after = (each.labels(connections) for each in (first, second))
    return ModelDiff(
        old=first.files.artefact,
        new=second.files.artefact,
        fields=_changes(_shown(first.card), _shown(second.card)),
        files=_changes(_sizes(first.files), _sizes(second.files)),
        labels=tuple(f"{change.kind}: {change}" for change in label_changes(before, after)),
    )


def split(workspace: Workspace, model: str) -> tuple[str, str]:
    """Return the name and the version of NAME/VERSION, or of VERSION with the name of the locked model."""
    name, slash, version = model.rpartition("/")
    return (name if slash else read_lock(workspace.lock).model.name), version


def _stored(settings: Settings, name: str, version: str) -> _Stored:
    store = open_store(settings.store)
    wanted = check_names(Artefact(name=name, version=version, digest=""))
    found = store.read(version_key(MODEL, wanted, MODEL.list_name))
    if found is None:
        raise BlobNotFoundError(f"{store.url} has no model {name} {version}", "see `make models`")
    files = parse_file_list(MODEL, found.content)
    if (files.artefact.name, files.artefact.version) != (name, version):
        raise RefusedError(
            f"the card of {name} {version} in {store.url} is of another model", "compare model.lock with it"
        )
    return _Stored(store, files, _fields(found.content))


def _fields(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise UsageError("a document of the model is not valid JSON", "publish the same again") from error
    return found if isinstance(found, dict) else {}


def flat(fields: dict[str, Any], path: str = "") -> dict[str, Any]:
    """Return the values of a document by their dotted names, each after `path`."""
    found: dict[str, Any] = {}
    for name, value in fields.items():
        found |= flat(value, f"{path}{name}.") if isinstance(value, dict) else {path + name: value}
    return found


def _shown(card: dict[str, Any]) -> dict[str, str]:
    """Return the fields of a card by their dotted names, without its files, name and version."""
    compared = {name: value for name, value in card.items() if name not in ("files", "name", "version")}
    return {name: json.dumps(value, ensure_ascii=False) for name, value in flat(compared).items()}


def _sizes(files: FileList) -> dict[str, str]:
    return {name: f"{entry.size} bytes, sha256 {entry.sha256[:12]}…" for name, entry in files.files.items()}


def _changes(old: dict[str, str], new: dict[str, str]) -> tuple[Change, ...]:
    return tuple(_different(old, new))


def _different(old: dict[str, str], new: dict[str, str]) -> Iterator[Change]:
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) != new.get(name):
            yield Change(what=name, old=old.get(name, ""), new=new.get(name, ""))

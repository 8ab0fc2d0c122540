"""Open a set by its directory, or by its name and version in the store."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from imagemodel.evaluation import EvaluationPhoto, EvaluationSet, load_evaluation, parse_evaluation
from imagemodel.golden import GoldenSet, Photo, load_golden, parse_golden
from seatrial.errors import UsageError
from seatrial.model.artefacts import GOLDEN_SET, ArtefactKind, check_names, refusing_invalid
from seatrial.model.photo_sets.catalogue import KINDS, versions_of
from seatrial.model.published.transfer import read_list
from seatrial.results import Artefact
from seatrial.settings import Store as StoreSettings
from seatrial.stores.choose import open_store
from seatrial.stores.protocol import BlobStore

FORMS: Final = "give a directory, or NAME/VERSION of a set in the store (`seatrial golden list`)"

AnyPhoto = Photo | EvaluationPhoto


@dataclass(frozen=True)
class OpenedSet:
    """A golden or evaluation set and its photos; those of a set in the store are not on this machine."""

    kind: ArtefactKind
    artefact: Artefact
    photos: tuple[AnyPhoto, ...]

    @property
    def title(self) -> str:
        """The kind, name and version."""
        return f"{self.kind.title} {self.artefact.name} {self.artefact.version}"


def open_set(settings: StoreSettings, reference: str) -> OpenedSet:
    """Return the set of a directory, with every photo verified, or that of `NAME/VERSION` in the store.

    A golden set is looked for before an evaluation set. Raises UsageError if there is none, RefusedError if
    a list or a file is not valid, and the errors of the store.
    """
    folder = Path(reference)
    for kind in KINDS:
        if (folder / kind.list_name).is_file():
            return _in_directory(kind, folder)
    name, _, version = reference.partition("/")
    if folder.is_dir() or not version:
        raise UsageError(f"{reference} is no golden or evaluation set", FORMS)
    check_names(Artefact(name=name, version=version, digest=""))
    return _in_store(open_store(settings), settings.connections, name, version)


def _in_directory(kind: ArtefactKind, folder: Path) -> OpenedSet:
    with refusing_invalid():
        return _opened(kind, load_golden(folder) if kind is GOLDEN_SET else load_evaluation(folder))


def _in_store(store: BlobStore, connections: int, name: str, version: str) -> OpenedSet:
    for kind in KINDS:
        raw = read_list(store, kind, Artefact(name=name, version=version, digest=""), connections)
        if raw is not None:
            return _parsed(kind, raw)
    known = [each for kind in KINDS for each in versions_of(store, kind, name)]
    hint = f"its versions are {', '.join(known)}" if known else FORMS
    raise UsageError(f"{store.url} has no golden or evaluation set {name} {version}", hint)


def _parsed(kind: ArtefactKind, raw: bytes) -> OpenedSet:
    with refusing_invalid():
        return _opened(
            kind, parse_golden(raw, Path()) if kind is GOLDEN_SET else parse_evaluation(raw, Path())
        )


def _opened(kind: ArtefactKind, found: GoldenSet | EvaluationSet) -> OpenedSet:
    artefact = Artefact(name=found.name, version=found.version, digest=found.digest)
    return OpenedSet(kind, artefact, found.photos)

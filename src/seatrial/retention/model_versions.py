"""Published versions of a model that nothing refers to, and their removal from the store."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from imagemodel.card import digest_of
from seatrial.errors import OutsideError, SeatrialError
from seatrial.model.artefacts import INDEX, PUBLICATION, ArtefactKind
from seatrial.model.published.version_index import VersionIndex
from seatrial.model.validation.accepted_model import FOLDER
from seatrial.results import Artefact, PrunedItem
from seatrial.stores.protocol import BlobStore

ENVIRONMENTS: Final = f"{FOLDER}/"
DIGEST: Final = re.compile(rb"sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class VersionReferences:
    """What must not be removed: digests and (name, version), each with the name of what refers to it.

    `unknown` has the sources that could not be read, with the reason. While there is one, nothing is removed.
    """

    digests: dict[str, str] = field(default_factory=dict)
    versions: dict[tuple[str, str], str] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)

    def add(self, artefacts: Iterable[Artefact], source: str) -> None:
        """Add what `source` refers to."""
        for each in artefacts:
            self.digests.setdefault(each.digest, source)
            self.versions.setdefault((each.name, each.version), source)


def add_store_references(store: BlobStore, index: VersionIndex, references: VersionReferences) -> None:
    """Add what the channels, and the records of the environments in the store, refer to."""
    try:
        for channel, artefact in index.channels().items():
            references.add([artefact], f"channel {channel}")
    except SeatrialError as error:
        references.unknown["channels"] = error.message
    for name in store.names(ENVIRONMENTS):
        found = store.read(f"{ENVIRONMENTS}{name}")
        for digest in set(DIGEST.findall(found.content)) if found else ():
            references.digests.setdefault(digest.decode(), f"environment {name.removesuffix('.json')}")


@dataclass(frozen=True)
class VersionPlan:
    """The decision about every version, and the versions to remove, oldest first."""

    items: tuple[PrunedItem, ...]
    removals: tuple[str, ...]
    untouched: Mapping[str, str]


class VersionPruner:
    """Plans and carries out the removal of the versions of one model or set."""

    def __init__(self, store: BlobStore, kind: ArtefactKind, index: VersionIndex) -> None:
        self._store = store
        self._kind = kind
        self._index = index

    def plan(self, keep: int, references: VersionReferences) -> VersionPlan:
        """Return the decisions, the last published first.

        Kept are the newest `keep`, and what something refers to. A version without a publication record is
        being published, or was interrupted; it is kept too. Versions that an older program published, which
        are not in the index, are the oldest.
        """
        ordered = self._index.by_time()
        known = set(ordered)
        ordered += [version for version in self._index.versions() if version not in known]
        items, removals = [], []
        for place, version in enumerate(ordered):
            why = f"one of the newest {keep}" if place < keep else self._reason(version, references)
            remove = not why and not references.unknown
            why = why or ("nothing refers to it" if remove else "references are unknown")
            items.append(PrunedItem(kind=self._kind.title, name=version, removed=remove, why=why))
            removals += [version] if remove else []
        return VersionPlan(tuple(items), tuple(reversed(removals)), references.unknown)

    def remove(self, version: str) -> None:
        """Remove a version. If that is interrupted, the next removal completes it.

        The list is removed first: from then on nobody can fetch the version. The publication record is
        removed last: with it the rest of a removed version differs from a version that is being published.
        """
        folder = f"{self._index.root}{version}/"
        self._store.delete(f"{folder}{self._kind.list_name}")
        names = [name for name in self._store.names(folder) if name != PUBLICATION]
        for name in names:
            self._store.delete(f"{folder}{name}")
        for key in self._index.keys_of(version):
            self._store.delete(key)
        self._store.delete(f"{folder}{PUBLICATION}")

    def _reason(self, version: str, references: VersionReferences) -> str:
        """Return why a version must be kept, or an empty string."""
        if used := references.versions.get((self._index.name, version)):
            return used
        folder = f"{self._index.root}{version}/"
        record = self._store.read(f"{folder}{PUBLICATION}")
        if record is None:
            return "not published completely"
        card = self._store.read(f"{folder}{self._kind.list_name}")
        digests = {digest_of(card.content)} if card else set()
        digests |= {digest_in(record.content)}
        return next((references.digests[each] for each in digests if each in references.digests), "")


def digest_in(record: bytes) -> str:
    """Return the digest in a publication record. Raises OutsideError if the record is not valid."""
    try:
        return str(json.loads(record)["digest"])
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise OutsideError(
            f"a {PUBLICATION} in the store is not valid", f"compare it with that in {INDEX}/"
        ) from error

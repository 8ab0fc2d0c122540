"""A set that is being made: its photos in a temporary directory, with the predictions of a model."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from imagemodel.card import Card, FileEntry
from imagemodel.seal import canonical_json
from seatrial.atomic_files import temporary_directory
from seatrial.errors import RefusedError
from seatrial.model.artefacts import EVALUATION_SET, GOLDEN_SET, ArtefactKind
from seatrial.model.photo_sets.decoding import DecodedPhoto
from seatrial.model.photo_sets.licences import NONE_STATED

STEP: Final = 0.05
NEAR: Final = 0.8
"""A second label with this share of the best one's probability is near: another network may prefer it."""


@dataclass(frozen=True)
class Prediction:
    """One of the best labels that the model gives for a photo, with its probability from 0 to 1."""

    label: str
    index: int
    probability: float


@dataclass(frozen=True)
class DraftPhoto:
    """A photo of the set: the label that it should get, and the labels that the model gives, best first.

    `file` is its name in the set, `name` its path in the user's folder.
    """

    file: str
    name: str
    label: str
    index: int
    source: str
    licence: str
    original: str
    entry: FileEntry
    predictions: tuple[Prediction, ...] = ()

    @property
    def cluster(self) -> str:
        """The name of the original: its own one, if the photo is no variant."""
        return self.original or self.file

    @property
    def right(self) -> bool:
        """Whether the best label is the expected one."""
        return bool(self.predictions) and self.predictions[0].index == self.index

    @property
    def min_probability(self) -> float:
        """Half of the best probability, rounded down to a multiple of STEP."""
        steps = math.floor(self.predictions[0].probability / 2 / STEP + 1e-9)
        return round(min(max(steps * STEP, 0.0), 1.0), 2)

    @property
    def near(self) -> bool:
        """Whether the second label is nearly as probable as the best one."""
        first, *others = self.predictions
        return any(other.probability >= NEAR * first.probability for other in others[:1])

    @property
    def has_licence(self) -> bool:
        """Whether a licence is stated."""
        return self.licence != NONE_STATED

    def row(self, kind: ArtefactKind) -> dict[str, Any]:
        """Return the entry of the photo in the list of a set of this kind."""
        fields = {"file": self.file, "label": self.label, "index": self.index, "source": self.source}
        fields |= {"licence": self.licence, "sha256": self.entry.sha256, "size": self.entry.size}
        if kind is GOLDEN_SET:
            return {**fields, "min_probability": self.min_probability}
        return {**fields, "original": self.original} if self.original else fields


@dataclass(frozen=True)
class Draft:
    """The directory of a set before it is sealed, its photos, and the model that was asked."""

    folder: Path
    kind: ArtefactKind
    name: str
    version: str
    model: Card
    photos: tuple[DraftPhoto, ...]

    @property
    def wrong(self) -> tuple[DraftPhoto, ...]:
        """The photos whose best label is not the expected one."""
        return tuple(photo for photo in self.photos if not photo.right)

    @property
    def title(self) -> str:
        """The kind, name and version, for messages."""
        return f"{self.kind.title} {self.name} {self.version}"

    def list(self) -> bytes:
        """Return the list of the set."""
        return listing(self.kind, self.name, self.version, [photo.row(self.kind) for photo in self.photos])


def listing(kind: ArtefactKind, name: str, version: str, rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the list of a set as canonical JSON. Raises RefusedError if it is too long."""
    raw = canonical_json({"schema": 1, "name": name, "version": version, "photos": list(rows)})
    if len(raw) > kind.list_limit:
        message = f"{len(rows)} photos make a {kind.list_name} of more than {kind.list_limit} bytes"
        evaluation = kind is EVALUATION_SET
        raise RefusedError(message, "use fewer photos" if evaluation else "make an evaluation set of them")
    return raw


@contextmanager
def copied(photos: Sequence[DecodedPhoto], beside: Path) -> Iterator[Path]:
    """Yield a temporary directory in `beside` with copies of the photos; remove it unless it was renamed."""
    with temporary_directory(beside) as folder:
        for photo in photos:
            target = folder / photo.file
            shutil.copyfile(photo.source.path, target)
            target.chmod(0o644)
        yield folder

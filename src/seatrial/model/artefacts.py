"""The kinds of artefact in a store, their keys, and the verification of an artefact's directory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from imagemodel.card import CARD, Card, FileEntry, parse_card
from imagemodel.errors import ImageModelError
from imagemodel.evaluation import EVALUATION, LIST_LIMIT, EvaluationSet, load_evaluation, parse_evaluation
from imagemodel.fields import LIMIT, NAME, VERSION
from imagemodel.golden import GOLDEN, GoldenSet, load_golden, parse_golden
from imagemodel.verify import verify
from seatrial.errors import RefusedError, UsageError
from seatrial.results import Artefact

PUBLICATION: Final = "publication.json"
CHANNELS: Final = "channels"
INDEX: Final = "by-time"

_PhotoList = GoldenSet | EvaluationSet
_Parse = Callable[[bytes, Path], _PhotoList]
_Load = Callable[[Path, str | None], _PhotoList]


@dataclass(frozen=True)
class ArtefactKind:
    """A kind of artefact: its title, its directory in the store, and the file that lists all others.

    `list_limit` is the largest size of that file in bytes.
    """

    title: str
    folder: str
    list_name: str
    list_limit: int = LIMIT


@dataclass(frozen=True)
class FileList:
    """The parsed list of an artefact (such as model.json), its bytes, and every other file."""

    artefact: Artefact
    raw: bytes
    files: Mapping[str, FileEntry]


MODEL: Final = ArtefactKind("model", "models", CARD)
GOLDEN_SET: Final = ArtefactKind("golden set", "golden", GOLDEN)
EVALUATION_SET: Final = ArtefactKind("evaluation set", "evaluation", EVALUATION, LIST_LIMIT)


def version_key(kind: ArtefactKind, artefact: Artefact, file: str) -> str:
    """Return the key of a file of a version."""
    return f"{kind.folder}/{artefact.name}/{artefact.version}/{file}"


def channel_key(name: str, channel: str) -> str:
    """Return the key of a model's channel. Raises UsageError if a name is not valid in a key."""
    if not NAME.fullmatch(name) or not NAME.fullmatch(channel):
        raise UsageError(f"{name!r} has no channel {channel!r}", f"names match {NAME.pattern}")
    return f"{MODEL.folder}/{name}/{CHANNELS}/{channel}.json"


def channel_target(name: str, raw: bytes) -> Artefact:
    """Return the version that the document of a channel names. Raises ValueError if it names none."""
    try:
        return check_names(Artefact(name=name, **json.loads(raw)))
    except (TypeError, RecursionError, UsageError) as error:
        raise ValueError(f"it does not name a version of {name}") from error


def check_names(artefact: Artefact) -> Artefact:
    """Return the artefact. Raises UsageError if its name or version is not valid in a key."""
    if not NAME.fullmatch(artefact.name) or not VERSION.fullmatch(artefact.version):
        raise UsageError(f"{artefact.name!r} {artefact.version!r} is not a valid name and version")
    if artefact.version in (CHANNELS, INDEX):
        raise UsageError(f"the version {artefact.version!r} is reserved", "use a number")
    return artefact


def parse_file_list(kind: ArtefactKind, raw: bytes) -> FileList:
    """Parse the list of an artefact. Raises RefusedError if it is not valid."""
    with refusing_invalid():
        if kind is MODEL:
            card = parse_card(raw)
            return _file_list(card, raw, card.files)
        found = _PHOTO_LISTS[kind][0](raw, Path())
        return _file_list(found, raw, {photo.path.name: photo.entry for photo in found.photos})


def _file_list(found: Card | _PhotoList, raw: bytes, files: Mapping[str, FileEntry]) -> FileList:
    artefact = Artefact(name=found.name, version=found.version, digest=found.digest)
    return FileList(check_names(artefact), raw, files)


def verified(kind: ArtefactKind, folder: Path, digest: str | None = None) -> FileList:
    """Read every byte of an artefact's directory and return its file list.

    Raises RefusedError if a file is missing, not listed, different from its entry or not a regular file, or
    if the digest of the list is not `digest`.
    """
    with refusing_invalid():
        found = verify(folder, digest) if kind is MODEL else _PHOTO_LISTS[kind][1](folder, digest)
    file_list = parse_file_list(kind, (folder / kind.list_name).read_bytes())
    if file_list.artefact.digest != found.digest:
        raise RefusedError(f"{folder / kind.list_name} changed while it was read", "run the same again")
    return file_list


_PHOTO_LISTS: Final[Mapping[ArtefactKind, tuple[_Parse, _Load]]] = {
    GOLDEN_SET: (parse_golden, load_golden),
    EVALUATION_SET: (parse_evaluation, load_evaluation),
}


@contextmanager
def refusing_invalid() -> Iterator[None]:
    """Turn an error of imagemodel into a RefusedError."""
    try:
        yield
    except ImageModelError as error:
        raise RefusedError(error.message, error.hint) from error

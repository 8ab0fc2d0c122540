"""What is published and under which keys: models, golden sets, channels, publication records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from imagemodel.card import CARD, FileEntry, parse_card
from imagemodel.errors import ImageModelError
from imagemodel.fields import NAME, VERSION
from imagemodel.golden import GOLDEN, load_golden, parse_golden
from imagemodel.verify import verify
from seatrial.errors import RefusedError, UsageError
from seatrial.results import Artefact

PUBLICATION: Final = "publication.json"
CHANNELS: Final = "channels"


@dataclass(frozen=True)
class Kind:
    """A kind of artefact: its word, its folder in the store, and the list that names its other files."""

    word: str
    folder: str
    list_name: str


@dataclass(frozen=True)
class Listing:
    """An artefact as its list says it: who it is, the list's own bytes, and every other file."""

    artefact: Artefact
    raw: bytes
    files: Mapping[str, FileEntry]


MODEL: Final = Kind("model", "models", CARD)
GOLDEN_SET: Final = Kind("golden set", "golden", GOLDEN)


def version_key(kind: Kind, artefact: Artefact, file: str) -> str:
    """Return the key of one file of a version."""
    return f"{kind.folder}/{artefact.name}/{artefact.version}/{file}"


def channel_key(name: str, channel: str) -> str:
    """Return the key of a model's channel; UsageError if either name could leave its folder."""
    if not NAME.fullmatch(name) or not NAME.fullmatch(channel):
        raise UsageError(f"{name!r} has no channel {channel!r}", f"names are like {NAME.pattern}")
    return f"{MODEL.folder}/{name}/{CHANNELS}/{channel}.json"


def check_names(artefact: Artefact) -> Artefact:
    """Return the artefact; UsageError if its name or version could leave its folder in the store."""
    if not NAME.fullmatch(artefact.name) or not VERSION.fullmatch(artefact.version):
        raise UsageError(f"{artefact.name!r} {artefact.version!r} is no name and version")
    if artefact.version == CHANNELS:
        raise UsageError(f"no version may be called {CHANNELS}", "give it a number")
    return artefact


def parse_listing(kind: Kind, raw: bytes) -> Listing:
    """Return what a card or a golden set's list says; RefusedError if it is none."""
    with refusing():
        if kind is MODEL:
            card = parse_card(raw)
            who = Artefact(name=card.name, version=card.version, digest=card.digest)
            return Listing(check_names(who), raw, card.files)
        golden = parse_golden(raw, Path())
        who = Artefact(name=golden.name, version=golden.version, digest=golden.digest)
        return Listing(check_names(who), raw, {photo.path.name: photo.entry for photo in golden.photos})


def verified(kind: Kind, folder: Path, digest: str | None = None) -> Listing:
    """Return the listing of a folder once every byte in it has been read and found as listed.

    Raises RefusedError when a file is missing, extra, other, or no plain file.
    """
    with refusing():
        found = verify(folder, digest) if kind is MODEL else load_golden(folder, digest)
    listing = parse_listing(kind, (folder / kind.list_name).read_bytes())
    if listing.artefact.digest != found.digest:
        raise RefusedError(f"{folder / kind.list_name} changed while it was read", "run the same again")
    return listing


@contextmanager
def refusing() -> Iterator[None]:
    """Turn what imagemodel finds wrong into a gate's refusal."""
    try:
        yield
    except ImageModelError as error:
        raise RefusedError(error.message, error.hint) from error

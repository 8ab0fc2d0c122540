"""Make a golden or an evaluation set from photos: read, decode, ask the model, seal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from imagemodel.card import LABELS, Card
from imagemodel.classifier import load_labels
from imagemodel.fields import FILE
from imagemodel.verify import verify
from seatrial.errors import RefusedError, UsageError
from seatrial.model.artefacts import (
    EVALUATION_SET,
    GOLDEN_SET,
    ArtefactKind,
    check_names,
    refusing_invalid,
    verified,
)
from seatrial.model.photo_sets.class_names import ClassNames
from seatrial.model.photo_sets.decoding import DecodedPhoto, decode, stem
from seatrial.model.photo_sets.draft import Draft, DraftPhoto, copied
from seatrial.model.photo_sets.folders import read_photos
from seatrial.model.photo_sets.licences import one_line
from seatrial.model.photo_sets.predictions import with_predictions
from seatrial.model.photo_sets.wording import shortened
from seatrial.results import Artefact
from seatrial.settings import Validate

VERSION: Final = "1.0.0"
ORIGINALS: Final = "correct the column original, or the label"


@dataclass(frozen=True)
class SetRequest:
    """What to make: of which photos, with which model, where, and which kind, name and version it gets.

    An empty name is that of the model, with the kind. With `leave_out_wrong` a golden set is made without
    the photos that the model gets wrong.
    """

    photos: Path
    model: Path
    out: Path
    kind: ArtefactKind = GOLDEN_SET
    name: str = ""
    version: str = ""
    leave_out_wrong: bool = False

    @property
    def page(self) -> Path:
        """The page for the review, beside the set."""
        return self.out.absolute().with_name(f"{self.out.absolute().name}-review.html")


@contextmanager
def drafted(request: SetRequest, limits: Validate) -> Iterator[Draft]:
    """Yield the set with the predictions of the model, in a temporary directory beside `request.out`.

    Raises UsageError if a path, name or label is not valid, RefusedError if a photo or the model cannot be
    used.
    """
    card, labels = _model(request.model)
    name = request.name or f"{card.name}-{request.kind.folder}"
    check_names(Artefact(name=name, version=request.version or VERSION, digest=""))
    _require_apart(request)
    sources = read_photos(request.photos)
    indices = ClassNames(labels).indices(photo.label for photo in sources)
    decoded = decode(sources, card.input)
    with copied(decoded, request.out.absolute().parent) as folder:
        photos_of_labels = _photos(decoded, indices, labels, request.kind)
        _require_clusters(photos_of_labels)
        photos = with_predictions(photos_of_labels, folder, request.model, labels, limits)
        yield Draft(folder, request.kind, name, request.version or VERSION, card, photos)


def seal(draft: Draft, request: SetRequest) -> tuple[Draft, Artefact, bool]:
    """Move the set to `request.out`; return it as sealed, its artefact, and whether it is new.

    Raises RefusedError if a photo of a golden set is wrong and may not be left out, or none is left;
    UsageError if `request.out` exists and is not the same set.
    """
    kept = _without_wrong(draft, request) if draft.kind is GOLDEN_SET else draft
    for photo in draft.photos:
        if photo not in kept.photos:
            (draft.folder / photo.file).unlink()
    (draft.folder / draft.kind.list_name).write_bytes(kept.list())
    artefact = verified(draft.kind, draft.folder).artefact
    if request.out.exists() or request.out.is_symlink():
        _require_same(request, artefact)
        return kept, artefact, False
    draft.folder.rename(request.out)
    return kept, artefact, True


def _model(directory: Path) -> tuple[Card, Sequence[str]]:
    if not directory.is_dir():
        raise UsageError(f"{directory} is not a directory", "give that of a model (`make card` makes one)")
    with refusing_invalid():
        card = verify(directory)
        return card, load_labels(directory / LABELS, card.output.classes)


def _require_apart(request: SetRequest) -> None:
    out, photos = request.out.absolute(), request.photos.absolute()
    if photos == out or photos in out.parents or out in photos.parents:
        raise UsageError(f"{request.out} and the photos in {request.photos} overlap", "give another OUT")


def _photos(
    decoded: Sequence[DecodedPhoto], indices: Mapping[str, int], labels: Sequence[str], kind: ArtefactKind
) -> list[DraftPhoto]:
    files = {name: photo.file for photo in decoded for name in photo.names}
    return [
        DraftPhoto(
            file=photo.file,
            name=one_line(photo.source.name),
            label=labels[indices[photo.source.label]],
            index=indices[photo.source.label],
            source=one_line(photo.source.source),
            licence=one_line(photo.source.licence),
            original=_original(photo, files) if kind is EVALUATION_SET else "",
            entry=photo.entry,
        )
        for photo in decoded
    ]


def _original(photo: DecodedPhoto, files: Mapping[str, str]) -> str:
    named = photo.source.original
    if not named or named in photo.names:
        return ""
    return files.get(named) or (named if FILE.fullmatch(named) else stem(named))


def _require_clusters(photos: Sequence[DraftPhoto]) -> None:
    """Raise RefusedError if a variant has another class than its original, or is a variant of a variant."""
    files = {photo.file: photo for photo in photos}
    first: dict[str, DraftPhoto] = {}
    for photo in photos:
        original = files.get(photo.original)
        if original and original.original:
            raise RefusedError(f"{photo.name}: its original {original.name} is itself a variant", ORIGINALS)
        other = first.setdefault(photo.cluster, original or photo)
        if other.index != photo.index:
            which = "its original" if original else "another variant"
            fault = f"{photo.name}: {photo.label}, but {which} {other.name}: {other.label}"
            raise RefusedError(fault, ORIGINALS)


def _without_wrong(draft: Draft, request: SetRequest) -> Draft:
    kept = tuple(photo for photo in draft.photos if photo.right)
    if len(kept) < len(draft.photos) and not request.leave_out_wrong:
        wrong = [f"{photo.name}: {photo.label}, got {photo.predictions[0].label}" for photo in draft.wrong]
        raise RefusedError(
            f"{len(wrong)} of {len(draft.photos)} photos are wrong, and in a golden set every one must be "
            f"right: {shortened(wrong)}",
            f"look at {request.page}; correct their labels, leave them out with --wrong leave-out "
            "(WRONG=leave-out), or make an evaluation set (KIND=evaluation)",
        )
    if not kept:
        raise RefusedError("no photo is left", f"look at {request.page}")
    return replace(draft, photos=kept)


def _require_same(request: SetRequest, artefact: Artefact) -> None:
    try:
        same = verified(request.kind, request.out).artefact == artefact
    except (RefusedError, OSError):
        same = False
    if not same:
        raise UsageError(f"{request.out} exists and is not this set", "remove it or give another OUT")

"""What differs between two sets: photos that were added or removed, and fields that changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

from imagemodel.golden import Photo
from seatrial.model.photo_sets.reference import AnyPhoto, OpenedSet


class Difference(BaseModel):
    """A photo that one of two sets has alone, or that differs between them; `detail` states how."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    change: Literal["added", "removed", "renamed", "changed"]
    file: str
    detail: str


def differences(old: OpenedSet, new: OpenedSet) -> list[Difference]:
    """Return the differences from `old` to `new`, in the order of the file names.

    A photo is the same if it has the same name, or else the same bytes: then it was renamed.
    """
    before = {photo.path.name: photo for photo in old.photos}
    after = {photo.path.name: photo for photo in new.photos}
    found = [
        Difference(change="changed", file=name, detail=detail)
        for name in before.keys() & after.keys()
        if (detail := "; ".join(_changes(before[name], after[name])))
    ]
    removed = {name: before[name] for name in before.keys() - after.keys()}
    added = {name: after[name] for name in after.keys() - before.keys()}
    return sorted([*found, *_moved(removed, added)], key=lambda each: (each.file, each.change))


def _moved(removed: Mapping[str, AnyPhoto], added: Mapping[str, AnyPhoto]) -> Iterator[Difference]:
    by_bytes = {photo.entry.sha256: name for name, photo in removed.items()}
    renamed = {}
    for name, photo in added.items():
        earlier = by_bytes.get(photo.entry.sha256)
        if earlier is None:
            yield Difference(change="added", file=name, detail=_summary(photo))
            continue
        renamed[earlier] = name
        details = [f"was {earlier}", *_changes(removed[earlier], photo)]
        yield Difference(change="renamed", file=name, detail="; ".join(details))
    for name in removed.keys() - renamed.keys():
        yield Difference(change="removed", file=name, detail=_summary(removed[name]))


def _summary(photo: AnyPhoto) -> str:
    return f"{photo.label} ({photo.index})"


def _changes(old: AnyPhoto, new: AnyPhoto) -> Iterator[str]:
    before, after = _fields(old), _fields(new)
    for name in before | after:
        if name in before and name in after and before[name] != after[name]:
            yield f"{name} {before[name]} -> {after[name]}"
    if old.entry != new.entry:
        yield "other bytes"


def _fields(photo: AnyPhoto) -> dict[str, str]:
    fields = {"label": _summary(photo), "licence": photo.licence, "source": photo.source}
    if isinstance(photo, Photo):
        return {**fields, "least": f"{photo.min_probability:.2f}"}
    return {**fields, "original": photo.original or "none"}

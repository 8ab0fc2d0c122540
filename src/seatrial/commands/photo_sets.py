"""Sub-commands of `golden`: list, show and compare the golden and evaluation sets that exist."""

from __future__ import annotations

import json
from collections import Counter
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from imagemodel.golden import Photo
from seatrial import console
from seatrial.commands.options import FLAG, AsJson, Instance
from seatrial.errors import UsageError
from seatrial.model.locks.lock import read_lock
from seatrial.model.photo_sets.catalogue import PublishedSet, published_sets
from seatrial.model.photo_sets.difference import differences
from seatrial.model.photo_sets.reference import AnyPhoto, OpenedSet, open_set
from seatrial.model.photo_sets.wording import counted_noun
from seatrial.settings import load
from seatrial.stores.choose import open_store
from seatrial.workspace import Workspace, find

app = typer.Typer()
SHOWN = 50
Reference = Annotated[str, typer.Argument(help="directory, or NAME/VERSION in the store")]


@app.command(name="list")
def list_sets(instance: Instance = "dev", as_json: AsJson = False) -> None:
    """List the golden and evaluation sets in the store, newest first; * marks those of model.lock."""
    workspace = find(instance)
    store = load(workspace).store
    found = published_sets(open_store(store), store.connections)
    if as_json:
        _print_json([each.model_dump() for each in found])
        return
    locked = _locked(workspace)
    rows = [_set_row(each, each.digest in locked) for each in found]
    columns = ("", "kind", "name", "version", "digest", "published (UTC)", "by")
    _print_table(columns, rows, f"{store.url} has no golden or evaluation set")


@app.command()
def show(
    reference: Reference,
    show_all: Annotated[
        bool, typer.Option("--all", metavar=FLAG, help=f"all photos, not only the first {SHOWN}")
    ] = False,
    instance: Instance = "dev",
    as_json: AsJson = False,
) -> None:
    """Show the photos of a set: label, threshold or original, licence, source."""
    found = open_set(load(find(instance)).store, reference)
    photos = found.photos if show_all or as_json else found.photos[:SHOWN]
    if as_json:
        _print_json({**found.artefact.model_dump(), "photos": [_photo_fields(photo) for photo in photos]})
        return
    columns = ("file", "label", "index", "least" if found.kind.folder == "golden" else "original", "licence")
    _print_table((*columns, "source"), [tuple(_photo_fields(photo).values()) for photo in photos], "")
    console.line(_summary(found, len(photos)))


@app.command()
def diff(old: Reference, new: Reference, instance: Instance = "dev", as_json: AsJson = False) -> None:
    """Compare two sets: photos that were added, removed, renamed, or whose label or threshold changed."""
    store = load(find(instance)).store
    before, after = open_set(store, old), open_set(store, new)
    found = differences(before, after)
    if as_json:
        _print_json([each.model_dump() for each in found])
        return
    _print_table(("change", "file", "detail"), [(e.change, e.file, e.detail) for e in found], "")
    counts = Counter(each.change for each in found)
    changes = ", ".join(f"{number} {change}" for change, number in sorted(counts.items()))
    console.line(f"{before.title} -> {after.title}: {changes or 'no difference in the photos'}")


def _locked(workspace: Workspace) -> set[str]:
    try:
        return {artefact.digest for artefact in read_lock(workspace.lock).artefacts.values()}
    # The store can be listed without a lock, for example to write one.
    except UsageError:
        return set()


def _set_row(found: PublishedSet, locked: bool) -> tuple[str, ...]:
    when = found.published.removesuffix("+00:00").replace("T", " ") or "not complete"
    digest = found.digest.removeprefix("sha256:")[:12]
    return ("*" if locked else "", found.kind, found.name, found.version, digest, when, found.publisher)


def _photo_fields(photo: AnyPhoto) -> dict[str, str]:
    fields = {"file": photo.path.name, "label": photo.label, "index": str(photo.index)}
    special = (
        {"min_probability": f"{photo.min_probability:.2f}"}
        if isinstance(photo, Photo)
        else {"original": photo.original}
    )
    return {**fields, **special, "licence": photo.licence, "source": photo.source}


def _summary(found: OpenedSet, shown: int) -> str:
    photos = found.photos
    text = f"{found.title} ({found.artefact.digest}): {counted_noun(len(photos), 'photo')}"
    originals = {photo.path.name if isinstance(photo, Photo) else photo.cluster for photo in photos}
    if len(originals) != len(photos):
        text += f" of {counted_noun(len(originals), 'original')}"
    text += f", {counted_noun(len({photo.index for photo in photos}), 'label')}"
    return text if shown == len(photos) else f"{text}; {shown} are shown, --all shows all"


def _print_table(columns: tuple[str, ...], rows: list[tuple[str, ...]], empty: str) -> None:
    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    if rows or empty:
        console.show(table if rows else empty)


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))

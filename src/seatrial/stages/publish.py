"""publish: a model and a golden set into the store, each version once and for ever."""

from __future__ import annotations

from pathlib import Path

from seatrial.errors import UsageError
from seatrial.model.file_safety import refuse_unsafe
from seatrial.model.layout import GOLDEN_SET, MODEL, Kind, verified
from seatrial.model.publication import Part, Publication
from seatrial.results import Artefact, PublishResult
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.stores.choose import open_store
from seatrial.workspace import Workspace

NO_CHANNEL = "none"


def publish(
    settings: Settings,
    workspace: Workspace,
    *,
    model: Path | None = None,
    golden: Path | None = None,
    if_absent: bool = False,
    channel: str | None = None,
) -> PublishResult:
    """Put a model directory, a golden set's, or both into the store, whole or not at all.

    With `if_absent` a version that is there with the same digest is no error. A model that is new moves
    the channel of `[model]`; `channel` names another, which moves even when the model is not new, and
    "none" leaves every channel as it is. Raises UsageError when nothing or no directory is given,
    RefusedError when a file is unsafe or not as listed, or the version is taken.
    """
    stamp = StageRun()
    parts = [_part(kind, folder) for kind, folder in ((GOLDEN_SET, golden), (MODEL, model)) if folder]
    if not parts:
        raise UsageError("there is nothing to publish", "make publish MODEL=dir GOLDEN=dir")
    publication = Publication(open_store(settings.store), workspace, settings.store.connections)
    missing = [part for part in parts if not publication.has(part, same_is_fine=if_absent)]
    for part in missing:
        refuse_unsafe(part)
    created = [part.kind for part in missing if publication.put(part)]
    for part in parts:
        publication.record(part)
        if part.kind is MODEL:
            _point(settings, publication, part.listing.artefact, channel, MODEL in created)
    who = {part.kind: part.listing.artefact for part in parts}
    return PublishResult(
        **stamp.fields(workspace), model=who.get(MODEL), golden=who.get(GOLDEN_SET), created=bool(created)
    )


def _part(kind: Kind, folder: Path) -> Part:
    if not folder.is_dir():
        raise UsageError(f"{folder} is no directory", f"give the {kind.word}'s (`make example` builds one)")
    return Part(kind, folder, verified(kind, folder))


def _point(
    settings: Settings, publication: Publication, artefact: Artefact, channel: str | None, new: bool
) -> None:
    if channel == NO_CHANNEL:
        return
    name = channel or settings.model.channel
    # A publisher killed before the channel's very first move has to be able to repeat it.
    if new or channel or publication.channel(artefact.name, name) is None:
        publication.point(artefact, name)

"""publish: a model and a golden set into the store, each version once and for ever."""

from __future__ import annotations

from pathlib import Path

from seatrial.errors import UsageError
from seatrial.layout import GOLDEN_SET, MODEL, Listing
from seatrial.publication import Publication
from seatrial.results import Artefact, PublishResult
from seatrial.settings import Settings
from seatrial.stamp import Stamp
from seatrial.stores.choose import open_store
from seatrial.suitable import suitable
from seatrial.transfer import Pace
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
    stamp = Stamp()
    golden_listing = suitable(GOLDEN_SET, golden) if golden else None
    model_listing = suitable(MODEL, model) if model else None
    if not golden_listing and not model_listing:
        raise UsageError("there is nothing to publish", "make publish MODEL=dir GOLDEN=dir")
    pace = Pace(settings.store.connections, settings.store.timeout_seconds)
    publication = Publication(open_store(settings.store), workspace, pace, if_absent)
    created = False
    if golden and golden_listing:
        created = publication.put(GOLDEN_SET, golden, golden_listing)
    if model and model_listing:
        new = publication.put(MODEL, model, model_listing)
        _point(settings, publication, model_listing.artefact, channel, new)
        created = new or created
    return PublishResult(
        **stamp.fields(workspace), model=_who(model_listing), golden=_who(golden_listing), created=created
    )


def _point(
    settings: Settings, publication: Publication, artefact: Artefact, channel: str | None, new: bool
) -> None:
    if channel == NO_CHANNEL:
        return
    name = channel or settings.model.channel
    # A publisher killed before the channel's very first move has to be able to repeat it.
    if new or channel or publication.channel(artefact.name, name) is None:
        publication.point(artefact, name)


def _who(listing: Listing | None) -> Artefact | None:
    return listing.artefact if listing else None

"""Which model is live, as far as can be known from here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from seatrial.errors import SeatrialError, UsageError
from seatrial.results import AcceptResult, Artefact, PushResult
from seatrial.settings import Settings
from seatrial.workspace import Workspace

if TYPE_CHECKING:
    from seatrial.release.record import Record


def live_model(settings: Settings, workspace: Workspace) -> Artefact | None:
    """Return the model of the release that became stable last, in whichever environment; None if none did.

    The clusters' records are asked first. Where no cluster is named, or none answers, the release that
    was accepted last from here counts: it names an image, and the push of that image names its model.
    """
    records = [record for record in _stable(settings, workspace) if record]
    if records:
        return max(records, key=lambda record: record.since).model
    return _accepted_here(workspace)


def _stable(settings: Settings, workspace: Workspace) -> Iterator[Record | None]:
    for name, environment in settings.environments.items():
        if environment.context or settings.cluster.context:
            # Not at the top: the cluster's library takes a second that most commands can save.
            from seatrial.release.target import Target

            try:
                yield Target(settings, workspace, name, patience=0).records.stable()
            except SeatrialError:
                yield None


def _accepted_here(workspace: Workspace) -> Artefact | None:
    try:
        accepted = workspace.read_result(AcceptResult, current=False)
        pushed = workspace.read_result(PushResult, current=False)
    except UsageError:
        return None
    return pushed.model if str(pushed.reference) == accepted.reference else None

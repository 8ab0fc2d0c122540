"""The live model: that of the release that became stable last."""

from __future__ import annotations

from collections.abc import Iterator

from seatrial.errors import SeatrialError, UsageError
from seatrial.release.record import Record
from seatrial.release.services import Services
from seatrial.release.target import Target
from seatrial.results import AcceptResult, Artefact, PushResult
from seatrial.settings import Settings
from seatrial.workspace import Workspace


def live_model(settings: Settings, workspace: Workspace, services: Services) -> Artefact | None:
    """Return the model of the release that became stable last in any environment; None if there is none.

    It is read from the clusters' records. Without a configured or reachable cluster it is the model of the
    last release accepted from this machine.
    """
    records = [record for record in _stable_records(settings, workspace, services) if record]
    if records:
        return max(records, key=lambda record: record.since).model
    return _accepted_here(workspace)


def _stable_records(settings: Settings, workspace: Workspace, services: Services) -> Iterator[Record | None]:
    for name, environment in settings.environments.items():
        if environment.context or settings.cluster.context:
            try:
                yield Target(settings, workspace, name, services, patience=0).records.stable()
            except SeatrialError:
                yield None


def _accepted_here(workspace: Workspace) -> Artefact | None:
    try:
        accepted = workspace.read_result(AcceptResult, current=False)
        pushed = workspace.read_result(PushResult, current=False)
    except UsageError:
        return None
    return pushed.model if pushed.reference == accepted.reference else None

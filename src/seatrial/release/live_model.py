"""The live model: that of the release that became stable last."""

from __future__ import annotations

from seatrial.errors import SeatrialError, UsageError
from seatrial.model.live import LiveModel
from seatrial.release.services import Services
from seatrial.release.target import Target
from seatrial.results import AcceptResult, Artefact, PushResult
from seatrial.settings import Settings
from seatrial.workspace import Workspace


def live_model(settings: Settings, workspace: Workspace, services: Services) -> LiveModel:
    """Return the model of the release that became stable last in any environment, if there is one.

    It is read from the clusters' records. Without a configured or reachable cluster it is the model of the
    last release accepted from this machine.
    """
    records, unread = [], []
    for name, environment in settings.environments.items():
        if environment.context or settings.cluster.context:
            try:
                records.append(Target(settings, workspace, name, services, patience=0).records.stable())
            except SeatrialError:
                unread.append(name)
    stable = [record for record in records if record]
    model = max(stable, key=lambda record: record.since).model if stable else _accepted_here(workspace)
    return LiveModel(model, tuple(unread))


def _accepted_here(workspace: Workspace) -> Artefact | None:
    try:
        accepted = workspace.read_result(AcceptResult, current=False)
        pushed = workspace.read_result(PushResult, current=False)
    except UsageError:
        return None
    return pushed.model if pushed.reference == accepted.reference else None

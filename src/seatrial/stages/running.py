"""What each environment of an instance runs: its live URL, release and model, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from seatrial.errors import SeatrialError
from seatrial.release.services import Services
from seatrial.release.target import Target
from seatrial.settings import Settings
from seatrial.system import SERVICES
from seatrial.workspace import Workspace

ADDRESS_SECONDS = 2


@dataclass(frozen=True)
class Running:
    """One environment; `release` has the reason if none is known, and `url` and `model` are empty then."""

    environment: str
    release: str
    model: str = ""
    url: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells of the table."""
        return (self.environment, self.url, self.release, self.model)


def running(settings: Settings, workspace: Workspace, services: Services = SERVICES) -> list[Running]:
    """Return what every environment runs, in parallel, without a retry of any request.

    Without a cluster in the settings every environment is without a release; nothing is raised.
    """
    names = list(settings.environments)
    with services.runtime.workers(max(1, len(names))) as workers:
        targets = [Target(settings, workspace, name, services, patience=0) for name in names]
        tasks = [workers.submit(partial(_read, target)) for target in targets]
    return [task.result() for task in tasks]


def _read(target: Target) -> Running:
    if not target.context[1]:
        return Running(target.name, "no cluster")
    try:
        pending, stable = target.records.pending(), target.records.stable()
        serves = pending or stable
        if not serves:
            return Running(target.name, "no release")
        url = target.shown(target.live_url(ADDRESS_SECONDS))
    except SeatrialError as error:
        return Running(target.name, f"cannot be read: {error.message}")
    note = " (pending)" if pending else ""
    return Running(target.name, f"{serves.release}{note}", f"{serves.model.name} {serves.model.version}", url)

"""The live models: what the base commit ships, and what each environment has accepted."""

from __future__ import annotations

from dataclasses import dataclass, field

from seatrial.errors import OutsideError, SeatrialError
from seatrial.model.locks.shipped import shipped_lock
from seatrial.model.validation.accepted_model import read_accepted
from seatrial.model.validation.live import BASE, LiveModel, LiveModels
from seatrial.release.services import Services
from seatrial.release.target import Target
from seatrial.results import Artefact
from seatrial.settings import Settings
from seatrial.stores.protocol import BlobStore, StoreUnreachableError
from seatrial.workspace import Workspace


def live_models(settings: Settings, workspace: Workspace, services: Services) -> LiveModels:
    """Return the model that the base commit ships and those of the environments' stable releases.

    The base commit is where HEAD left `model.base_branch`. An environment's model is in the records of its
    cluster if that is configured and responds, else in the environment's document in the store. Raises no
    error: what could not be read is listed as unread.
    """
    reader = _Reader(settings, workspace, services)
    found: dict[str, Artefact] = {}
    unread: dict[str, str] = {}
    for name in (BASE, *settings.environments):
        try:
            model = reader.shipped() if name == BASE else reader.accepted(name)
        except SeatrialError as error:
            unread[name] = error.message
        else:
            found |= {name: model} if model else {}
    return LiveModels(_each_once(found), unread)


@dataclass
class _Reader:
    settings: Settings
    workspace: Workspace
    services: Services
    _store: BlobStore | None = None
    _unreachable: StoreUnreachableError | None = field(default=None, init=False)

    def shipped(self) -> Artefact | None:
        """Return the model that the base commit ships."""
        lock = shipped_lock(self.workspace, self.settings.model.base_branch)
        return lock.model if lock else None

    def accepted(self, name: str) -> Artefact | None:
        """Return the model that an environment has accepted. Raises SeatrialError if it is not known."""
        if not self.settings.cluster_of(name).context:
            return self._stored(name)
        try:
            stable = Target(self.settings, self.workspace, name, self.services, patience=0).records.stable()
            return stable.model if stable else None
        except OutsideError as error:
            # The store may have what its cluster cannot be asked.
            if model := self._stored(name):
                return model
            raise error

    def _stored(self, name: str) -> Artefact | None:
        if not (self.settings.store.url and self.settings.environment(name).record_in_store):
            return None
        if self._unreachable:
            raise self._unreachable
        try:
            self._store = self._store or self.services.open_store(self.settings.store)
            found = read_accepted(self._store, name)
        except StoreUnreachableError as error:
            # Each further question would take as long.
            self._unreachable = error
            raise
        return found.model if found else None


def _each_once(found: dict[str, Artefact]) -> tuple[LiveModel, ...]:
    models = {model.digest: model for model in found.values()}
    return tuple(
        LiveModel(model, tuple(name for name, each in found.items() if each.digest == digest))
        for digest, model in models.items()
    )

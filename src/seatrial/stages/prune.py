"""Take away old reports and images, and nothing that a release or the lock names."""

from __future__ import annotations

from seatrial import console
from seatrial.errors import SeatrialError
from seatrial.image.docker_client import connect
from seatrial.image.registry import RegistryClient, Repository
from seatrial.provenance.resolve import registries
from seatrial.release.services import Services
from seatrial.results import PrunedItem, PruneResult
from seatrial.retention import local_images as engine
from seatrial.retention import registry_images as registry
from seatrial.retention.references import References, collect_references, judge
from seatrial.retention.report_files import reports
from seatrial.settings import Settings
from seatrial.stage_run import StageRun
from seatrial.system import SERVICES
from seatrial.workspace import Workspace


def prune(
    settings: Settings, workspace: Workspace, *, dry_run: bool = False, services: Services = SERVICES
) -> PruneResult:
    """Remove reports, registry images and engine images beyond the newest ones, and say what became of each.

    What any environment's record names is kept; where one cannot be asked, no image is removed at all.
    A part that does not answer is told in the result and left as it is. With `dry_run` nothing is
    removed.
    """
    stamp = StageRun()
    with console.step("ask every environment what it names"):
        named = collect_references(settings, workspace, services)
    cleaning = _Cleaning(settings, workspace, named, dry_run)
    items = [*cleaning.reports(), *cleaning.registry(), *cleaning.engine()]
    return PruneResult(
        **stamp.fields(workspace),
        dry_run=dry_run,
        items=tuple(items),
        untouched={**{f"images ({name})": why for name, why in named.silent.items()}, **cleaning.untouched},
    )


class _Cleaning:
    def __init__(self, settings: Settings, workspace: Workspace, named: References, dry_run: bool) -> None:
        self._settings, self._workspace = settings, workspace
        self._named, self._dry_run = named, dry_run
        self.untouched: dict[str, str] = {}

    def reports(self) -> list[PrunedItem]:
        folder = self._workspace.root / "reports" / self._workspace.instance
        found = reports(folder, self._named)
        keep = self._settings.prune.reports
        return judge(
            "report", found, keep, self._named, lambda each: None if self._dry_run else each.remove()
        )

    def registry(self) -> list[PrunedItem]:
        rows: list[PrunedItem] = []
        for each in () if self._named.silent else registries(self._settings):
            try:
                rows += self._one_registry(Repository(RegistryClient(each), each.repository))
            except SeatrialError as error:
                self.untouched[f"registry {each.address}"] = error.message
        return rows

    def _one_registry(self, place: Repository) -> list[PrunedItem]:
        found = registry.stored(place, self._named)

        def remove(image: registry.Stored) -> None:
            if not self._dry_run:
                registry.remove(place, image)

        return judge("registry", found, self._settings.prune.images, self._named, remove)

    def engine(self) -> list[PrunedItem]:
        if self._named.silent:
            return []
        try:
            client = connect()
            found = engine.built(client, self._settings.registry.repository, self._named)

            def remove(image: engine.Built) -> None:
                if not self._dry_run:
                    engine.remove(client, image)

            return judge("engine", found, self._settings.prune.images, self._named, remove)
        except SeatrialError as error:
            self.untouched["engine"] = error.message
            return []

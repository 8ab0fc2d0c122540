"""Take away old reports and images, and nothing that a release or the lock names."""

from __future__ import annotations

from seatrial import console
from seatrial.chain.follow import registries
from seatrial.errors import SeatrialError
from seatrial.image.engine import connect
from seatrial.image.registry import RegistryClient
from seatrial.image.registry_copy import Place
from seatrial.results import CleanedItem, CleanResult
from seatrial.retention import engine, registry
from seatrial.retention.named import Named, ask_who_names, judge
from seatrial.retention.reports import reports
from seatrial.settings import Settings
from seatrial.stamp import Stamp
from seatrial.workspace import Workspace


def clean(settings: Settings, workspace: Workspace, *, dry_run: bool = False) -> CleanResult:
    """Remove reports, registry images and engine images beyond the newest ones, and say what became of each.

    What any environment's record names is kept; where one cannot be asked, no image is removed at all.
    A part that does not answer is told in the result and left as it is. With `dry_run` nothing is
    removed.
    """
    stamp = Stamp()
    with console.step("ask every environment what it names"):
        named = ask_who_names(settings, workspace)
    cleaning = _Cleaning(settings, workspace, named, dry_run)
    items = [*cleaning.reports(), *cleaning.registry(), *cleaning.engine()]
    return CleanResult(
        **stamp.fields(workspace),
        dry_run=dry_run,
        items=tuple(items),
        untouched={**{f"images ({name})": why for name, why in named.silent.items()}, **cleaning.untouched},
    )


class _Cleaning:
    def __init__(self, settings: Settings, workspace: Workspace, named: Named, dry_run: bool) -> None:
        self._settings, self._workspace = settings, workspace
        self._named, self._dry_run = named, dry_run
        self.untouched: dict[str, str] = {}

    def reports(self) -> list[CleanedItem]:
        folder = self._workspace.root / "reports" / self._workspace.instance
        found = reports(folder, self._named)
        keep = self._settings.clean.reports
        return judge(
            "report", found, keep, self._named, lambda each: None if self._dry_run else each.remove()
        )

    def registry(self) -> list[CleanedItem]:
        rows: list[CleanedItem] = []
        for each in () if self._named.silent else registries(self._settings):
            try:
                rows += self._one_registry(Place(RegistryClient(each), each.repository))
            except SeatrialError as error:
                self.untouched[f"registry {each.address}"] = error.message
        return rows

    def _one_registry(self, place: Place) -> list[CleanedItem]:
        found = registry.stored(place, self._named)

        def remove(image: registry.Stored) -> None:
            if not self._dry_run:
                registry.remove(place, image)

        return judge("registry", found, self._settings.clean.images, self._named, remove)

    def engine(self) -> list[CleanedItem]:
        if self._named.silent:
            return []
        try:
            client = connect()
            found = engine.built(client, self._settings.registry.repository, self._named)

            def remove(image: engine.Built) -> None:
                if not self._dry_run:
                    engine.remove(client, image)

            return judge("engine", found, self._settings.clean.images, self._named, remove)
        except SeatrialError as error:
            self.untouched["engine"] = error.message
            return []

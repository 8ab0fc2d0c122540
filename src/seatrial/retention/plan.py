"""The plan of `prune`: a decision about every report and image, and its execution."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

from seatrial.errors import SeatrialError
from seatrial.provenance.resolve import configured_registries
from seatrial.results import PrunedItem
from seatrial.retention.decisions import decide
from seatrial.retention.engine_images import list_engine_images, remove_engine_image
from seatrial.retention.references import References, Removable
from seatrial.retention.registry_images import RegistryApi, list_registry_images, remove_registry_image
from seatrial.retention.report_files import RunReport, list_reports
from seatrial.retention.setting_sources import SettingSources, prune_objection
from seatrial.settings import Registry, Settings
from seatrial.workspace import Workspace

T = TypeVar("T", bound=Removable)


@dataclass(frozen=True)
class PlannedItem:
    """A row of the plan (`removed`: to be removed), its item and part, and the call that removes the item."""

    row: PrunedItem
    item: Removable
    part: str
    remove: Callable[[], None]

    def keep(self, why: str) -> PlannedItem:
        """Return the item as one that is not removed."""
        return replace(self, row=self.row.model_copy(update={"removed": False, "why": why}))


@dataclass
class PrunePlan:
    """The decisions about all items, and the parts that are not touched, with the reason."""

    items: list[PlannedItem] = field(default_factory=list)
    untouched: dict[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> tuple[PrunedItem, ...]:
        """The decisions without the calls."""
        return tuple(item.row for item in self.items)

    @property
    def removals(self) -> tuple[PrunedItem, ...]:
        """The items that are to be removed."""
        return tuple(row for row in self.rows if row.removed)

    def limit_to(self, confirmed: PrunePlan) -> PrunePlan:
        """Return this plan without the removals that are not in `confirmed`."""
        known = {planned.item for planned in confirmed.items if planned.row.removed}
        limited = PrunePlan(untouched=dict(self.untouched))
        for planned in self.items:
            unknown = planned.row.removed and planned.item not in known
            limited.items.append(planned.keep("not in the confirmed plan") if unknown else planned)
        return limited

    def execute(self) -> PrunePlan:
        """Remove the items, and return what became of each.

        After an error the rest of the same part is kept, and the part is untouched with that reason.
        """
        done = PrunePlan(untouched=dict(self.untouched))
        for planned in self.items:
            done.items.append(_removed(planned, done.untouched) if planned.row.removed else planned)
        return done


def _removed(planned: PlannedItem, untouched: dict[str, str]) -> PlannedItem:
    """Remove an item, unless its part is untouched; add the reason to `untouched` after an error."""
    if planned.part not in untouched:
        try:
            planned.remove()
            return planned
        except (SeatrialError, OSError) as error:
            untouched[planned.part] = _reason(error)
    return planned.keep(f"not removed: {untouched[planned.part]}")


def _reason(error: SeatrialError | OSError) -> str:
    if isinstance(error, SeatrialError):
        return error.message
    if error.filename:
        return f"{error.strerror}: {error.filename}"
    return " ".join(str(error).split()) or type(error).__name__


@dataclass(frozen=True)
class Planner:
    """Makes the plan. `sources` are those of the settings.

    `registry_api` and `engine` connect to a registry and to the container engine.
    """

    settings: Settings
    workspace: Workspace
    references: References
    sources: SettingSources
    registry_api: Callable[[Registry], RegistryApi]
    engine: Callable[[], Any]

    def plan(self) -> PrunePlan:
        """Return the decisions about reports, registry images and engine images.

        While an environment or a result cannot be read, no image is listed. A part that does not respond
        or refuses access is untouched.
        """
        plan = PrunePlan()
        self._add(plan, "reports", "", self._reports)
        if self.references.unknown:
            reasons = self.references.unknown.items()
            plan.untouched.update({f"images ({name})": reason for name, reason in reasons})
            return plan
        for registry in configured_registries(self.settings):
            objection = prune_objection(self.settings, registry, self.sources)
            self._add(plan, f"registry {registry.address}", objection, partial(self._registry, registry))
        self._add(plan, "engine", "", self._engine)
        return plan

    def _add(
        self, plan: PrunePlan, part: str, objection: str, items: Callable[[str], Iterator[PlannedItem]]
    ) -> None:
        if objection:
            plan.untouched[part] = objection
            return
        try:
            plan.items += list(items(part))
        except (SeatrialError, OSError) as error:
            plan.untouched[part] = _reason(error)

    def _reports(self, part: str) -> Iterator[PlannedItem]:
        folder = self.workspace.root / "reports" / self.workspace.instance
        found = list_reports(folder, self.references)
        return self._planned("report", part, found, self.settings.prune.reports, RunReport.remove)

    def _registry(self, registry: Registry, part: str) -> Iterator[PlannedItem]:
        api = self.registry_api(registry)
        found = list_registry_images(api, registry.repository, self.references)
        remove = partial(remove_registry_image, api, registry.repository)
        return self._planned("registry", part, found, self.settings.prune.images, remove)

    def _engine(self, part: str) -> Iterator[PlannedItem]:
        client = self.engine()
        found = list_engine_images(client, self.settings.registry.repository, self.references)
        remove = partial(remove_engine_image, client)
        return self._planned("engine", part, found, self.settings.prune.images, remove)

    def _planned(
        self, kind: str, part: str, items: list[T], keep: int, remove: Callable[[T], None]
    ) -> Iterator[PlannedItem]:
        for each in decide(items, keep, self.references):
            row = PrunedItem(kind=kind, name=each.item.name, removed=each.remove, why=each.why)
            yield PlannedItem(row, each.item, part, partial(remove, each.item))

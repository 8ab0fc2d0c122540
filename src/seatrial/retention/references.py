"""What somebody still names: the records of every environment, the lock, this working state."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from seatrial.errors import UsageError
from seatrial.kube.protocol import ClusterError
from seatrial.provenance.inventory import Inventory, query_environments
from seatrial.provenance.resolve import current_lock
from seatrial.release.record import Record
from seatrial.release.records import Records
from seatrial.release.services import Services
from seatrial.results import BuildResult, PrunedItem, PushResult
from seatrial.settings import Settings
from seatrial.workspace import Workspace


@dataclass(frozen=True)
class References:
    """What must stay, each with who names it.

    `digests` are of manifests, `states` are of a working state and lock, `image` is the id built here
    last, `model` the locked one's digest. `silent` are the environments that could not be asked: while
    there is one, nobody knows what it names.
    """

    digests: dict[str, str] = field(default_factory=dict)
    states: dict[tuple[str, str], str] = field(default_factory=dict)
    releases: frozenset[str] = frozenset()
    image: str = ""
    model: str = ""
    silent: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Removable:
    """What may be removed: by name, as old as its time says, carrying a model (digest) or none.

    `named` says who names it; empty where nobody does.
    """

    name: str
    time: datetime
    named: str = ""
    model: str = ""


def collect_references(settings: Settings, workspace: Workspace, services: Services) -> References:
    """Ask every environment, the lock and the last results of this instance."""
    known, lock = query_environments(settings, workspace, services), current_lock(workspace)
    records = _everywhere(known)
    digests = {record.reference.digest: record.release for record in records}
    states = {(record.working_state, record.lock_digest): record.release for record in records}
    image = ""
    try:
        image = workspace.read_result(BuildResult, current=False).image_id
        pushed = workspace.read_result(PushResult, current=False)
        digests.setdefault(pushed.reference.digest, "the last push")
    except UsageError:
        # Nothing was built or pushed from here yet.
        pass
    states.setdefault((workspace.working_state, workspace.lock_digest), "this working state")
    return References(
        digests,
        states,
        frozenset(record.release for record in records),
        image,
        lock.model.digest if lock else "",
        known.silent,
    )


def time_of(text: str) -> datetime:
    """Return an ISO 8601 time; the beginning of all time where it is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _everywhere(known: Inventory) -> list[Record]:
    """Return the records of all environments, and of namespaces of their clusters that nobody here set.

    Who may not look into other namespaces knows of none.
    """
    clusters = {place.target.environment.context: place.target.cluster for place in known.places}
    records = known.records(lambda _: True)
    for cluster in clusters.values():
        with suppress(ClusterError):
            records += Records(cluster, "", "").all()
    return records


T = TypeVar("T", bound=Removable)


def judge(
    kind: str, things: Iterable[T], keep: int, named: References, remove: Callable[[T], None]
) -> list[PrunedItem]:
    """Remove what nobody names beyond the newest `keep`, and say of each thing what became of it.

    The newest that carries the locked model stays too.
    """
    ordered = sorted(things, key=lambda thing: (thing.time, thing.name), reverse=True)
    locked = next((thing for thing in ordered if named.model and thing.model == named.model), None)
    rows = []
    for place, thing in enumerate(ordered):
        why = thing.named or (f"one of the newest {keep}" if place < keep else "")
        why = why or ("the newest with the locked model" if thing is locked else "")
        if not why:
            remove(thing)
        rows.append(PrunedItem(kind=kind, name=thing.name, removed=not why, why=why or "nobody names it"))
    return rows

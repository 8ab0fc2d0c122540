"""References to images and reports: release records, the lock, the last results, the working state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from seatrial.errors import SeatrialError, UsageError
from seatrial.kube.protocol import FORBIDDEN, ClusterError
from seatrial.model.locks.lock import read_lock
from seatrial.provenance.inventory import EnvironmentContents, Inventory, query_environments
from seatrial.release.record import Record
from seatrial.release.records import Records
from seatrial.release.services import Services
from seatrial.results import BuildResult, PushResult
from seatrial.retention.setting_sources import SettingSources, may_be_elsewhere
from seatrial.settings import Settings
from seatrial.workspace import Result, ResultNotFoundError, Workspace


@dataclass(frozen=True)
class References:
    """What must not be removed, each with the name of what refers to it.

    `digests` are of manifests, `states` pairs of working state and lock digest. `image_id` is the last
    build's, `model` the digest of the locked model. `unreachable` has the environments that could not be
    read, with the reason: their references are unknown. So are those of `invalid`: the results and the lock
    that are not valid, with the reason.
    """

    digests: dict[str, str] = field(default_factory=dict)
    states: dict[tuple[str, str], str] = field(default_factory=dict)
    releases: frozenset[str] = frozenset()
    image_id: str = ""
    model: str = ""
    unreachable: dict[str, str] = field(default_factory=dict)
    invalid: dict[str, str] = field(default_factory=dict)

    @property
    def unknown(self) -> dict[str, str]:
        """The environments and files whose references are unknown, with the reason."""
        return {**self.unreachable, **self.invalid}


@dataclass(frozen=True)
class Removable:
    """Something that `prune` may remove.

    `time` is its age, `used_by` the name of what refers to it, or empty. `model` is the digest of the
    model that it contains, or empty.
    """

    name: str
    time: datetime
    used_by: str = ""
    model: str = ""


def collect_references(
    settings: Settings, workspace: Workspace, services: Services, sources: SettingSources
) -> References:
    """Read the records of every environment, the lock, and the last build and push of this instance.

    An environment without a namespace in its cluster is unreachable if its releases may be in another one.
    """
    inventory = query_environments(settings, workspace, services)
    unreachable = {**inventory.unreachable, **missing_environments(settings, inventory, sources)}
    records = [*inventory.records(), *_records_of_other_namespaces(inventory)]
    digests = {record.reference.digest: record.release for record in records}
    states = {(record.working_state, record.lock_digest): record.release for record in records}
    invalid: dict[str, str] = {}
    model, built = _locked_model(workspace, invalid), _read_result(workspace, BuildResult, invalid)
    if pushed := _read_result(workspace, PushResult, invalid):
        digests.setdefault(pushed.reference.digest, "the last push")
    states.setdefault((workspace.working_state, workspace.lock_digest), "this working state")
    return References(
        digests,
        states,
        frozenset(record.release for record in records),
        built.image_id if built else "",
        model,
        unreachable,
        invalid,
    )


def parse_time(text: str) -> datetime:
    """Return an ISO 8601 time, in UTC without a zone; the earliest time if `text` is not valid."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _locked_model(workspace: Workspace, invalid: dict[str, str]) -> str:
    """Return the digest of the locked model, or an empty string; add the reason if the lock is not valid."""
    try:
        return read_lock(workspace.lock).model.digest if workspace.lock.exists() else ""
    except UsageError as error:
        invalid[workspace.lock.name] = error.message
        return ""


def _read_result(workspace: Workspace, kind: type[Result], invalid: dict[str, str]) -> Result | None:
    """Return the last result of a stage, or None; add the reason to `invalid` if it is not valid."""
    try:
        return workspace.read_result(kind, current=False)
    except ResultNotFoundError:
        return None
    except UsageError as error:
        invalid[f"{kind.model_fields['stage'].default}.json"] = error.message
        return None


def missing_environments(settings: Settings, inventory: Inventory, sources: SettingSources) -> dict[str, str]:
    """Return the environments without a namespace whose releases may be elsewhere, with the reason."""
    return dict(_unprepared(settings, inventory, sources))


def _unprepared(
    settings: Settings, inventory: Inventory, sources: SettingSources
) -> Iterator[tuple[str, str]]:
    for contents in inventory.environments:
        name = contents.target.name
        reason = _missing_namespace(contents)
        if reason is None and may_be_elsewhere(settings, name, sources):
            cluster = settings.cluster_of(name).context
            reason = (
                f"cluster {cluster} has no namespace {contents.target.environment.namespace}, and without "
                f"environments.{name}.context its releases may be in another cluster"
            )
        if reason:
            yield name, reason


def _missing_namespace(contents: EnvironmentContents) -> str | None:
    """Return None if an environment has no namespace, the reason if that is unknown, else an empty string."""
    target = contents.target
    try:
        found = target.cluster.get("Namespace", target.environment.namespace)
        return None if found is None else ""
    except ClusterError as error:
        # A deployer's rights end at its namespace, so the namespace exists.
        return "" if error.status == FORBIDDEN else error.message
    except SeatrialError as error:
        return error.message


def _records_of_other_namespaces(inventory: Inventory) -> Iterator[Record]:
    """Return the records of all namespaces in the clusters, if this user may read them."""
    clusters = {each.target.environment.context: each.target.cluster for each in inventory.environments}
    for cluster in clusters.values():
        try:
            yield from Records(cluster, "", "").all()
        except ClusterError as error:
            if error.status != FORBIDDEN:
                raise

"""The faults that mutations put into the code: each function replaces one of the code's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from imagemodel.golden import GoldenSet
from seatrial.errors import RefusedError, RolledBackError
from seatrial.kube.diagnosis import pods_of
from seatrial.kube.fencing import FencedCluster
from seatrial.kube.labels import Slot
from seatrial.kube.protocol import Manifest
from seatrial.kube.slots import DELETION_SECONDS, Slots
from seatrial.kube.stamp import stamped
from seatrial.release import stored_acceptance
from seatrial.release.full_size import roll_out
from seatrial.release.origin import Origin
from seatrial.release.record import Change, Record
from seatrial.release.record_document import append, parse
from seatrial.release.records import Records
from seatrial.release.recovery import finish_interrupted
from seatrial.release.target import Target
from seatrial.release.undo import return_to, undo
from seatrial.results import Check
from seatrial.stages import accept
from seatrial.stores.protocol import BlobStore
from seatrial.wait import until

BAKE = accept._bake
WRITE = stored_acceptance._write
BOUND = ("uid", "resourceVersion")


def undo_return(target: Target, record: Record) -> Record:
    """Undo an interrupted rollback instead of completing it."""
    return undo(target, record, "the deployer was interrupted")


def wait_until_gone(slots: Slots, slot: Slot, _: object) -> None:
    """Wait until a slot has no pods, terminating ones included."""

    def poll() -> bool | None:
        return None if pods_of(slots.cluster, slots.namespace, slot) else True

    until("termination", poll, DELETION_SECONDS, runtime=slots.runtime)


def stable_by_clock(records: Records) -> Record | None:
    """Return the stable release whose record was written last by the deployers' clocks."""
    found = [record for record in records.all() if record.state == "stable"]
    return max(found, key=lambda record: record.since, default=None)


def make_stable_first(target: Target, record: Record) -> Record:
    """Record the returning release as stable before the one that it replaces is rolled back."""
    records = target.records
    moved = records.move(record, "stable", "returned")
    for each in records.all():
        if each.state == "stable" and each.release != record.release:
            records.move(each, "rolled-back", f"to {record.release}")
    return moved


def append_to_any_state(body: Manifest, _: Record, change: Change) -> bool:
    """Append a change of state, whatever the record's state is."""
    return append(body, parse(body), change)


def promoted_without_confirmation(*given: Any) -> Origin:
    """Return an origin that is not confirmed before the switch."""
    return replace(Origin(*given), confirm=lambda: None)


def kept_without_trying(target: Target) -> Record | None:
    """Begin a release over the pending one, if there is one, without trying to undo it."""
    pending = target.records.pending()
    if not pending:
        finish_interrupted(target)
    return pending


def undone_to_stable(target: Target, _: Record, __: object) -> Record | None:
    """Undo every release to the stable one, although that may not run."""
    return target.records.stable()


def locked_out(target: Target) -> None:
    """Begin no release before every other one is finished."""
    finish_interrupted(target)


def nothing(*_: Any) -> None:
    """Do nothing."""


def never_asked(_: Manifest) -> str:
    """Return that nobody asks the holder to stop."""
    return ""


def refused_instead(target: Target, record: Record, golden: GoldenSet) -> tuple[Check, ...]:
    """Bake a release, and report as refused what was rolled back."""
    try:
        return BAKE(target, record, golden)
    except RolledBackError as error:
        raise RefusedError(error.message, error.hint) from error


def restored_if_available(target: Target, record: Record) -> None:
    """Start a returning release only if none of its replicas is available."""
    slots, manifests = target.slots, target.records.manifests(record)
    if not slots.available(record.slot, record.release):
        slots.clear(record.slot)
        slots.wait_until_terminating(record.slot)
        roll_out(target, record.slot, manifests, target.lease.check)
    return_to(target, record)


def stable_as_it_is(target: Target) -> Record | None:
    """Return the stable release without reverting changes by hand."""
    return target.records.stable()


def without_uid(fenced: FencedCluster, manifest: Manifest, found: Manifest | None) -> Manifest:
    """Return a stamped manifest without the uid of the object found."""
    body = stamped(manifest, fenced.lease.transition, found)
    return {**body, "metadata": {key: each for key, each in body["metadata"].items() if key != "uid"}}


def written_as_read_before(store: BlobStore, name: str, stable: Callable[[], Record | None]) -> None:
    """Read what is accepted before the tag of the document, so that an older state replaces a newer one."""
    record = stable()
    WRITE(store, name, lambda: record)


def unheld(records: Records, record: Record, _: str) -> Record:
    """Put no hold on a release."""
    return records.find(record.release) or record


def unstamped(_: Any, manifest: Manifest, __: Any) -> Manifest:
    """Return a manifest without stamp and resource version, unless it is a record or a Lease."""
    if manifest["kind"] == "ConfigMap":
        return manifest
    metadata = {key: value for key, value in manifest["metadata"].items() if key not in BOUND}
    return {**manifest, "metadata": metadata}

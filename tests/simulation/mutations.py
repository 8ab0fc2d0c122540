"""Faults that are put into the code to show that the simulation finds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

from seatrial.kube.diagnosis import pods_of
from seatrial.kube.labels import Slot
from seatrial.kube.protocol import Manifest
from seatrial.kube.slots import DELETION_SECONDS, Slots
from seatrial.release.origin import Origin
from seatrial.release.record import Change, Record
from seatrial.release.record_document import append, parse
from seatrial.release.records import Records
from seatrial.release.target import Target
from seatrial.release.undo import FINAL_STATES, undo
from seatrial.wait import until
from simulation.schedule import run_seed
from simulation.world import Options

REAL = Options()


@dataclass(frozen=True)
class Mutation:
    """A fault: what replaces which name of the code, and how machines and clients behave with it."""

    what: str
    replaced: Mapping[str, Any]
    options: Options = REAL


def undo_return(target: Target, record: Record) -> Record:
    """Undo an interrupted rollback instead of completing it."""
    return undo(target, record, "the deployer was interrupted")


def wait_until_gone(slots: Slots, slot: Slot) -> None:
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


def nothing(*_: Any) -> None:
    """Do nothing."""


def unstamped(_: Any, manifest: Manifest, __: Any) -> Manifest:
    """Return a manifest without stamp and resource version, unless it is a record or a Lease."""
    if manifest["kind"] == "ConfigMap":
        return manifest
    metadata = {key: value for key, value in manifest["metadata"].items() if key != "resourceVersion"}
    return {**manifest, "metadata": metadata}


MUTATIONS: Mapping[str, Mutation] = {
    "1": Mutation(
        "a second rollback undoes the first, which was interrupted",
        {
            "seatrial.release.records.Records.returning": lambda _: None,
            "seatrial.release.recovery._finish": undo_return,
            "seatrial.release.undo.FINAL_STATES": {**FINAL_STATES, "returning": "superseded"},
        },
    ),
    "2": Mutation(
        "writes are not bound to the Lease",
        {
            "seatrial.kube.lease.Lease.ask": nothing,
            "seatrial.kube.lease.Lease.compare": nothing,
            "seatrial.kube.fencing.FencedCluster._stamped": unstamped,
            "seatrial.kube.fencing.FencedCluster.take_over": nothing,
            "seatrial.release.records.append": append_to_any_state,
        },
    ),
    "3": Mutation(
        "the clocks stop while the machine is suspended",
        {},
        Options(counts_suspend=False, caches_time=True),
    ),
    "4": Mutation(
        "pods of a lost node are waited for",
        {"seatrial.kube.slots.Slots.wait_until_terminating": wait_until_gone},
    ),
    "5": Mutation(
        "two stable releases are ordered by clocks",
        {
            "seatrial.release.records.Records.stable": stable_by_clock,
            "seatrial.release.recovery._make_stable": make_stable_first,
        },
    ),
    "8": Mutation("the candidate does not grow", {"seatrial.release.attempt.Attempt.grow": nothing}),
    "10": Mutation(
        "promote does not check the source again",
        {"seatrial.stages.promote.Origin": promoted_without_confirmation},
    ),
}


@contextmanager
def mutated(name: str) -> Iterator[Options]:
    """Put a fault into the code while the block runs (empty: none); return how machines behave."""
    mutation = MUTATIONS[name] if name else Mutation("", {})
    with ExitStack() as stack:
        for path, value in mutation.replaced.items():
            stack.enter_context(patch(path, value))
        yield mutation.options


def schedules_until(fault: str, limit: int, first: int = 1) -> int:
    """Return how many schedules find a fault that was put into the code, or 0 if `limit` do not."""
    with mutated(fault) as options:
        for number in range(limit):
            if any(found.fault == fault for found in run_seed(first + number, options).violations):
                return number + 1
    return 0

"""Mutations of the code, which show that the simulation finds its faults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

from seatrial.release.undo import FINAL_STATES
from simulation import faults
from simulation.mutation import Mutation
from simulation.schedule import run_seed
from simulation.world import Options

MUTATIONS: Mapping[str, Mutation] = {
    "1": Mutation(
        "a second rollback undoes the first, which was interrupted",
        ("given up", "rollback", "users"),
        {
            "seatrial.release.records.Records.returning": lambda _: None,
            "seatrial.release.recovery._finish": faults.undo_return,
            "seatrial.release.undo.FINAL_STATES": {**FINAL_STATES, "returning": "superseded"},
        },
        seed=150,
    ),
    "2": Mutation(
        "writes are not bound to the Lease",
        ("lease",),
        {
            "seatrial.kube.lease.Lease.ask": faults.nothing,
            "seatrial.kube.lease.Lease.compare": faults.nothing,
            "seatrial.kube.fencing.FencedCluster._stamped": faults.unstamped,
            "seatrial.kube.fencing.FencedCluster.take_over": faults.nothing,
            "seatrial.release.records.append": faults.append_to_any_state,
        },
        seed=14,
    ),
    "3": Mutation(
        "the clocks stop while the machine is suspended",
        ("asks", "lease"),
        options=Options(counts_suspend=False, caches_time=True),
        seed=7,
    ),
    "4": Mutation(
        "pods of a lost node are waited for",
        ("unexplained failure", "last command"),
        {"seatrial.kube.slots.Slots.wait_until_terminating": faults.wait_until_gone},
        seed=16,
    ),
    "5": Mutation(
        "two stable releases are ordered by clocks",
        ("given up", "one stable", "serves", "users"),
        {
            "seatrial.release.records.Records.stable": faults.stable_by_clock,
            "seatrial.release.recovery._make_stable": faults.make_stable_first,
        },
        seed=1682,
    ),
    "7-stop": Mutation(
        "a request to stop is ignored",
        ("on call", "stopped"),
        {"seatrial.kube.lease.stop_request": faults.never_asked},
        seed=13,
    ),
    "7-accept": Mutation(
        "an accept that was stopped ends as refused",
        ("stopped",),
        {"seatrial.stages.accept._bake": faults.refused_instead},
        seed=6,
    ),
    "7b-deploy": Mutation(
        "deploy does not look for holds",
        ("held",),
        {"seatrial.stages.deploy.require_no_hold": faults.nothing},
        seed=2,
    ),
    "7b-rollback": Mutation(
        "rollback puts no hold",
        ("held",),
        {"seatrial.release.records.Records.put_hold": faults.unheld},
        seed=1,
    ),
    "8-deploy": Mutation(
        "the candidate does not grow",
        ("size",),
        {"seatrial.release.attempt.Attempt.grow": faults.nothing},
        seed=3,
    ),
    "8-rollback": Mutation(
        "a rollback goes on with the replicas that an interrupted one started",
        ("size",),
        {"seatrial.release.recovery._restore": faults.restored_if_available},
        seed=616,
    ),
    "10": Mutation(
        "promote does not check the source again",
        ("promoted",),
        {"seatrial.stages.promote.Origin": faults.promoted_without_confirmation},
        seed=19,
    ),
    "11-locked": Mutation(
        "no release is begun over one that cannot be undone",
        ("last command",),
        {"seatrial.stages.deploy.finish_or_keep": faults.locked_out},
        seed=5,
    ),
    "11-tried": Mutation(
        "a release replaces the stable slot without an attempt to return to it",
        ("stable kept",),
        {"seatrial.stages.deploy.finish_or_keep": faults.kept_without_trying},
        seed=25,
    ),
    "11-undo": Mutation(
        "a release over another is undone to the stable one, which does not run",
        ("serves",),
        {"seatrial.release.undo._base": faults.undone_to_stable},
        seed=45,
    ),
    "settle": Mutation(
        "settle does not revert changes by hand",
        ("agreement", "serves"),
        {"seatrial.stages.settle._restored": faults.stable_as_it_is},
        seed=24,
    ),
    "stamp": Mutation(
        "a new holder does not stamp the objects",
        ("lease",),
        {"seatrial.kube.fencing.FencedCluster.take_over": faults.nothing},
        seed=140,
    ),
    "ask": Mutation(
        "the Lease is not read before a write",
        ("lease",),
        {"seatrial.kube.lease.Lease.ask": faults.nothing},
        seed=242,
    ),
}
# Faults that violate nothing in 2,000 schedules, and why.
UNSEEN: Mapping[str, tuple[Mutation, str]] = {
    "uid": (
        Mutation(
            "an object that was deleted is created again by a change",
            ("lease",),
            {"seatrial.kube.fencing.FencedCluster._stamped": faults.without_uid},
        ),
        "the next holder must delete an object between the read of the Lease and a change of the same object;"
        " test_fencing does that",
    ),
    "compare": (
        Mutation(
            "stamps are not compared", ("lease",), {"seatrial.kube.lease.Lease.compare": faults.nothing}
        ),
        "the Lease is read after the object and before the write, and names the later holder; the stamp names"
        " it even after a person has deleted the Lease",
    ),
    "store": (
        Mutation(
            "what is accepted is read before the document that it replaces",
            ("stored",),
            {"seatrial.release.stored_acceptance._write": faults.written_as_read_before},
        ),
        "a machine must be suspended between these two requests, and another command end meanwhile;"
        " test_stored_acceptance does that",
    ),
    "record": (
        Mutation(
            "the state of a record is not compared",
            ("lease", "given up"),
            {"seatrial.release.records.append": faults.append_to_any_state},
        ),
        "a record that another holder has changed has that holder's stamp, which refuses the write first",
    ),
}


@contextmanager
def mutated(name: str) -> Iterator[Options]:
    """Put a fault into the code while the block runs (empty: none); return how machines behave."""
    mutation = MUTATIONS[name] if name else Mutation("", ())
    with ExitStack() as stack:
        for path, value in mutation.replaced.items():
            stack.enter_context(patch(path, value))
        yield mutation.options


def seed_that_finds(name: str, limit: int, first: int = 1) -> int:
    """Return the first seed of `limit`, from `first` on, that finds a fault put into the code, or 0."""
    with mutated(name) as options:
        for seed in range(first, first + limit):
            if any(map(MUTATIONS[name].found_by, run_seed(seed, options).violations)):
                return seed
    return 0

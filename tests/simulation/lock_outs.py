"""Schedules of a lock-out: the image of the stable release is lost while users are on a pending one."""

from __future__ import annotations

from random import Random

from simulation.images import Behaviour
from simulation.plan import Command, Job, Plan, PlannedEvent
from simulation.process import Moment

# One seed of so many, the one with this remainder, is a lock-out.
EVERY, REMAINDER = 20, 5
ENVIRONMENT = "staging"
# The share of these schedules in which the image is lost. In the others the deployer is killed instead, and
# the stable release can be returned to.
LOSS = 0.85
SECONDS = (2.0, 10.0, 30.0)
EVENTS = ("kill", "kill", "suspend", "cut off", "lose answer", "interrupt", "scale")


def is_lock_out(seed: int) -> bool:
    """Return whether the schedule of a seed is a lock-out."""
    return seed % EVERY == REMAINDER


def make_lock_out(rng: Random) -> Plan:
    """Return a random schedule in which the stable release cannot be started any more."""
    jobs = (
        Job("ci", 0.0, _release(101), needs_success=rng.random() < 0.7),
        Job("ci-2", rng.uniform(25, 60), _release(102)),
        *(job for job in _others(rng) if rng.random() < 0.4),
    )
    return Plan(
        history=rng.choice((1, 2, 2)),
        jobs=jobs,
        events=(_loss(rng), *(_event(rng, jobs) for _ in range(rng.choice((0, 1, 1, 2))))),
        behaviours={
            101: rng.choice(("failing live", "wrong live", "failing live", "good")),
            102: _behaviour(rng),
            103: _behaviour(rng),
        },
    )


def _release(image: int) -> tuple[Command, ...]:
    return Command("deploy", ENVIRONMENT, image), Command("accept", ENVIRONMENT)


def _others(rng: Random) -> tuple[Job, ...]:
    rollbacks = (Command("rollback", ENVIRONMENT),) * rng.choice((1, 2))
    return (
        Job("laptop", rng.uniform(5, 80), rollbacks, needs_success=False),
        Job("runner", rng.uniform(20, 90), (Command("settle", ENVIRONMENT),)),
        Job("ci-3", rng.uniform(60, 120), _release(103)),
        Job("phone", rng.uniform(30, 90), (Command("accept", ENVIRONMENT),)),
    )


def _behaviour(rng: Random) -> Behaviour:
    behaviours: tuple[Behaviour, ...] = ("good", "good", "never ready", "wrong", "failing live")
    return rng.choice(behaviours)


def _loss(rng: Random) -> PlannedEvent:
    """Return the loss of the image: as a rule during the first `accept`, so that users are on its release."""
    kind = "lose image" if rng.random() < LOSS else "kill"
    position = 1 if rng.random() < 0.85 else 0
    return PlannedEvent(kind, 0, position, Moment("after", "call", rng.randint(1, 40)))


def _event(rng: Random, jobs: tuple[Job, ...]) -> PlannedEvent:
    job = rng.randrange(len(jobs))
    basis, count = rng.choice((("write", 14), ("record", 3), ("call", 80)))
    kind = rng.choice(EVENTS)
    return PlannedEvent(
        kind=kind,
        job=job,
        position=rng.randrange(len(jobs[job].commands)),
        moment=Moment(rng.choice(("before", "after")), basis, rng.randint(1, count))
        if kind != "scale"
        else None,
        at=rng.uniform(0, 60),
        seconds=rng.choice(SECONDS),
        choice=rng.random(),
    )

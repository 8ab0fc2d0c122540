"""What happens in a schedule: the commands of several people, and events, both from a seed."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from simulation.images import LEASE_SECONDS, REBUILT, Behaviour
from simulation.process import Moment

# The images of the releases that were accepted before; none of them is bad.
HISTORY = 2
BAD: tuple[Behaviour, ...] = ("never ready", "wrong", "wrong live", "failing live")
ENVIRONMENTS = ("staging", "production")


@dataclass(frozen=True)
class Command:
    """One command on an environment. `image` is the number of the image that `deploy` releases."""

    name: str
    environment: str
    image: int = 0


@dataclass(frozen=True)
class Job:
    """The commands that one person or job starts on a machine, beginning at `start` seconds.

    With `needs_success` a command begins only if the one before ended with 0.
    """

    machine: str
    start: float
    commands: tuple[Command, ...]
    needs_success: bool = True


@dataclass(frozen=True)
class PlannedEvent:
    """An event at `at` seconds, or at a moment of the command `position` of the job `job`."""

    kind: str
    job: int = 0
    position: int = 0
    moment: Moment | None = None
    at: float = 0.0
    seconds: float = 0.0
    choice: float = 0.0


@dataclass(frozen=True)
class Plan:
    """A schedule. `history` is the number of releases that each environment has accepted before."""

    history: int
    jobs: tuple[Job, ...]
    events: tuple[PlannedEvent, ...]
    offsets: dict[str, float] = field(default_factory=dict)
    behaviours: dict[int, Behaviour] = field(default_factory=dict)


def make_plan(rng: Random) -> Plan:
    """Return a random schedule."""
    jobs = _jobs(rng)
    machines = {job.machine for job in jobs}
    images = [command.image for job in jobs for command in job.commands if command.image]
    return Plan(
        history=rng.choice((0, 1, 2, 2, 2)),
        jobs=jobs,
        events=tuple(_event(rng, jobs) for _ in range(rng.choice((0, 1, 1, 2, 2, 3)))),
        offsets={name: rng.choice((0, 0, -600, -600, -60, 60, 600)) for name in sorted(machines)},
        behaviours={image: rng.choice(BAD) for image in images if rng.random() < 0.3 and image > HISTORY},
    )


def _jobs(rng: Random) -> tuple[Job, ...]:
    build = rng.choice(
        (
            _release_and_rollback,
            _rollback_twice,
            _release_and_rollback,
            _rollback_twice,
            _two_releases,
            _promote,
            _released_again,
        )
    )
    jobs = build(rng)
    return (*jobs, *(each for each in _others(rng) if rng.random() < OTHER))


def _release(env: str, image: int) -> tuple[Command, ...]:
    return Command("deploy", env, image), Command("accept", env)


def _rollbacks(rng: Random, env: str) -> tuple[Command, ...]:
    return (Command("rollback", env),) * rng.choice((1, 2, 2))


def _release_and_rollback(rng: Random) -> tuple[Job, ...]:
    return (
        Job("ci", 0.0, _release("staging", 101)),
        Job("laptop", rng.uniform(0, 20), _rollbacks(rng, "staging"), needs_success=False),
    )


def _rollback_twice(rng: Random) -> tuple[Job, ...]:
    later = Job("ci", rng.uniform(0, 40), _release("staging", 101))
    jobs = (Job("laptop", 0.0, (Command("rollback", "staging"),) * 2, needs_success=False),)
    return (*jobs, later) if rng.random() < 0.5 else jobs


def _two_releases(rng: Random) -> tuple[Job, ...]:
    return (
        Job("ci", 0.0, _release("staging", 101)),
        Job("laptop", rng.uniform(0, 30), _release("staging", 102)),
    )


def _promote(rng: Random) -> tuple[Job, ...]:
    first = Job("ci", 0.0, (Command("promote", "production"),))
    second = Job("laptop", rng.uniform(0, 8), _rollbacks(rng, "staging"), needs_success=False)
    third = Job("phone", rng.uniform(0, 15), _rollbacks(rng, "production"), needs_success=False)
    return (first, second, third) if rng.random() < 0.3 else (first, second)


def _released_again(rng: Random) -> tuple[Job, ...]:
    image = rng.choice((2, 101, 101))
    again = image + rng.choice((0, REBUILT))
    return (
        Job("ci", 0.0, _release("staging", image)),
        Job("laptop", rng.uniform(0, 20), _rollbacks(rng, "staging"), needs_success=False),
        Job("ci-2", rng.uniform(10, 45), _release("staging", again) * 2, needs_success=False),
    )


def _others(rng: Random) -> tuple[Job, ...]:
    """Return what other people may do meanwhile."""
    return (
        Job("desk", rng.uniform(0, 40), (Command("resume", "staging"),)),
        Job("runner", rng.uniform(0, 40), (Command("settle", "staging"),)),
    )


# The share of the schedules in which another person does each of these.
OTHER = 0.15
EVENTS = (
    *("kill",) * 5,
    *("suspend",) * 4,
    *("cut off",) * 4,
    *("lose answer",) * 3,
    *("scale",) * 3,
    *("lose node",) * 2,
    *("interrupt",) * 2,
    *("shift clock", "change by hand", "lose golden set"),
)
# Of an event at a moment of a command; those of a cluster happen at a time.
OF_A_COMMAND = ("kill", "suspend", "cut off", "lose answer", "interrupt")
SECONDS = (2.0, 10.0, LEASE_SECONDS + 2.0, LEASE_SECONDS + 10.0, LEASE_SECONDS * 3.0)


def _event(rng: Random, jobs: tuple[Job, ...]) -> PlannedEvent:
    kind = rng.choice(EVENTS)
    job = rng.randrange(len(jobs))
    position = rng.randrange(len(jobs[job].commands))
    moment = None
    if kind == "lose answer":
        of_store = rng.random() < 0.1
        moment = Moment("before", *(("store", 2) if of_store else ("write", rng.randint(1, 12))))
    elif kind in OF_A_COMMAND:
        moment = _moment(rng)
    return PlannedEvent(
        kind=kind,
        job=job,
        position=position,
        moment=moment,
        at=rng.uniform(0, 25),
        seconds=rng.choice(SECONDS),
        choice=rng.random(),
    )


def _moment(rng: Random) -> Moment:
    phase = rng.choice(("before", "after"))
    basis = rng.random()
    if basis < 0.05:
        return Moment(phase, "store", rng.randint(1, 2))
    if basis < 0.35:
        return Moment(phase, "record", rng.randint(1, 3))
    if basis < 0.8:
        return Moment(phase, "write", rng.randint(1, 14))
    return Moment(phase, "call", rng.randint(1, 80))

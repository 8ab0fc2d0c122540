"""Run one schedule: its history, its commands and events, and a last release that must succeed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random

from simulation.checks import Checks
from simulation.commands import start
from simulation.ending import Ending
from simulation.events import ON_ENVIRONMENTS, happen, happen_to_environment
from simulation.history import restore
from simulation.images import digest_of
from simulation.lock_outs import is_lock_out, make_lock_out
from simulation.plan import Job, Plan, PlannedEvent, make_plan
from simulation.process import DeployerProcess
from simulation.shortcuts import IDENTITIES
from simulation.state_table import Seen
from simulation.world import Options, Violation, World


@dataclass(frozen=True)
class Report:
    """What a schedule showed: its violations, its story, the number of its steps, and the states seen."""

    seed: int
    violations: tuple[Violation, ...]
    story: tuple[str, ...]
    steps: int
    seen: frozenset[Seen] = frozenset()


def run_seed(seed: int, options: Options, *, telling: bool = False) -> Report:
    """Run the schedule of a seed."""
    rng = Random(seed)
    plan = make_lock_out(rng) if is_lock_out(seed) else make_plan(rng)
    return run_plan(plan, rng, options, seed=seed, telling=telling)


def run_plan(plan: Plan, rng: Random, options: Options, *, seed: int = 0, telling: bool = False) -> Report:
    """Run a schedule. It ends at the first violation."""
    IDENTITIES.restart()
    world = World(plan, rng, options, telling=telling)
    world.images.behaviours.update({digest_of(image): how for image, how in plan.behaviours.items()})
    restore(world, plan.history)
    run = _Run(world, Checks(world))
    run.jobs()
    run.checks.rested()
    ending = Ending(world, run.checks)
    for name in sorted({command.environment for job in plan.jobs for command in job.commands}):
        ending.begin(world.environments[name])
        run.finish()
    seen = frozenset(run.checks.seen)
    return Report(seed, tuple(world.violations), tuple(world.lines), world.scheduler.steps, seen)


class _Run:
    """The progress of a schedule."""

    def __init__(self, world: World, checks: Checks) -> None:
        self.world = world
        self.checks = checks
        self.start = world.scheduler.now
        self.running: dict[int, DeployerProcess] = {}
        world.on_write = checks.written
        for environment in world.environments.values():
            environment.on_check = checks.checked
        world.scheduler.after_step = checks.stepped

    def jobs(self) -> None:
        """Run the commands and events of the plan until nothing happens any more."""
        world = self.world
        for number, job in enumerate(world.plan.jobs):
            world.scheduler.at(self.start + job.start, partial(self._begin, number, job, 0))
        for event in world.plan.events:
            if not event.moment:
                world.scheduler.at(self.start + event.at, partial(self._happen, event))
        self.finish()

    def finish(self) -> None:
        """Run until nothing happens any more, or to the first violation."""
        world = self.world
        if not world.violations:
            world.scheduler.run()
        if world.violations:
            for process in world.processes:
                world.scheduler.kill(process)
            world.scheduler.after_step = lambda: None
            world.scheduler.stopping = False
            world.scheduler.run()

    def _happen(self, event: PlannedEvent) -> None:
        process = self.running.get(event.job)
        if event.kind in ON_ENVIRONMENTS:
            happen_to_environment(self.world, event)
        elif process:
            happen(self.world, event, process)

    def _begin(self, number: int, job: Job, position: int) -> None:
        """Begin a command of a job, once its machine is not suspended."""
        scheduler, machine = self.world.scheduler, self.world.machine(job.machine)
        if machine.resumes > scheduler.now:
            scheduler.at(machine.resumes, partial(self._begin, number, job, position))
            return

        def ended(process: DeployerProcess, code: int) -> None:
            self.checks.ended(process, command, code)
            del self.running[number]
            follows = position + 1 < len(job.commands) and (code == 0 or not job.needs_success)
            if follows:
                scheduler.at(scheduler.now + 1, partial(self._begin, number, job, position + 1))

        command = job.commands[position]
        process = start(self.world, job.machine, command, ended)
        self.running[number] = process
        self.checks.began(process, command)
        for event in self.world.plan.events:
            if event.moment and (event.job, event.position) == (number, position):
                action: Callable[[DeployerProcess], None] = partial(happen, self.world, event)
                process.moments.setdefault(event.moment, []).append(action)

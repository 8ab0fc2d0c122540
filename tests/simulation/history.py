"""Environments with accepted releases, made once and copied into each schedule."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from functools import cache
from random import Random

from simulation.commands import start
from simulation.controllers import Pod
from simulation.plan import ENVIRONMENTS, Command, Plan
from simulation.process import DeployerProcess
from simulation.server import Key, clone
from simulation.world import Options, World


@dataclass(frozen=True)
class Snapshot:
    """The state of a cluster at a time in seconds."""

    objects: dict[Key, object]
    version: int
    pods: tuple[Pod, ...]
    names: int
    at: float


def restore(world: World, releases: int) -> None:
    """Give both environments of a new world a number of accepted releases, and set its time."""
    for name, snapshot in _snapshots(releases).items():
        environment = world.environments[name]
        server = environment.server
        server.objects = {key: clone(body) for key, body in snapshot.objects.items()}  # type: ignore[arg-type]
        server.version = snapshot.version
        server.controllers.restore([copy(pod) for pod in snapshot.pods], snapshot.names)
        environment.ever_stable = releases > 0
        world.scheduler.now = max(world.scheduler.now, snapshot.at)


@cache
def _snapshots(releases: int) -> dict[str, Snapshot]:
    world = World(Plan(0, (), ()), Random(1), Options())
    for env in ENVIRONMENTS:
        for number in range(1, releases + 1):
            image = number if env == "staging" else 50 + number
            for command in (Command("deploy", env, image), Command("accept", env)):
                _succeed(world, command)
    return {name: _snapshot(world, name) for name in ENVIRONMENTS}


def _succeed(world: World, command: Command) -> None:
    codes: list[int] = []

    def ended(_: DeployerProcess, code: int) -> None:
        codes.append(code)

    start(world, "history", command, ended)
    world.scheduler.run()
    if codes != [0]:
        raise AssertionError(f"{command} ended with {codes}: {world.violations}")


def _snapshot(world: World, name: str) -> Snapshot:
    server = world.environments[name].server
    server.controllers.pod_objects()
    return Snapshot(
        objects=dict(server.objects),
        version=server.version,
        pods=tuple(server.controllers.pods),
        names=server.controllers.names,
        at=world.scheduler.now + 60,
    )

"""The end of a schedule, without events: `settle`, and in some schedules one more release."""

from __future__ import annotations

from collections.abc import Callable

from seatrial.errors import RolledBackError
from simulation.checks import Checks
from simulation.commands import start
from simulation.environment import SimulatedEnvironment
from simulation.plan import Command
from simulation.process import DeployerProcess
from simulation.world import World

# The share of the schedules that end with one more release.
RELEASED = 0.25
LAST_IMAGE = 900


class Ending:
    """Runs the last commands of a schedule. Each must end with 0; `settle` also with 20."""

    def __init__(self, world: World, checks: Checks) -> None:
        self._world = world
        self._checks = checks
        self._releases = world.rng.random() < RELEASED

    def begin(self, environment: SimulatedEnvironment) -> None:
        """Start `settle`, and after it one more release, always if an object was changed by hand."""
        commands = [Command("settle", environment.name)]
        if self._releases or environment.disturbed:
            commands.append(Command("deploy", environment.name, LAST_IMAGE))
            commands.append(Command("accept", environment.name))
        if not self._world.violations:
            self._start(commands)

    def check(self, environment: SimulatedEnvironment, command: Command) -> None:
        """Check that records, Service and Deployments agree, unless a release is pending now."""
        if command.name != "deploy":
            self._checks.agree(environment)

    def _start(self, commands: list[Command]) -> None:
        command = commands[0]
        allowed = (0, RolledBackError.exit_code) if command.name == "settle" else (0,)

        def ended(process: DeployerProcess, code: int) -> None:
            self._checks.ended(process, command, code)
            self.check(self._world.environments[command.environment], command)
            if self._checks.succeeded(process, code, allowed) and commands[1:]:
                self._start(commands[1:])

        self._checks.began(self._started(command, ended), command)

    def _started(self, command: Command, ended: Callable[[DeployerProcess, int], None]) -> DeployerProcess:
        return start(self._world, "final", command, ended)

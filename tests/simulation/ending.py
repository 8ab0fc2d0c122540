"""The end of a schedule, without events: `settle`, and in some schedules one more release."""

from __future__ import annotations

from collections.abc import Callable

from seatrial.errors import OutsideError, RollbackFailedError, RolledBackError
from simulation.checks import Checks
from simulation.commands import start
from simulation.environment import SimulatedEnvironment
from simulation.plan import Command
from simulation.process import DeployerProcess
from simulation.world import World

# The share of the schedules that end with one more release.
RELEASED = 0.25
LAST_IMAGE = 900
# `settle` ends so while the stable release cannot be started.
LOCKED_OUT = (RollbackFailedError.exit_code, OutsideError.exit_code)


class Ending:
    """Runs the last commands of a schedule. Each must end with 0; `settle` also with 20.

    After the loss of the stable release's image `settle` may fail; the release must not.
    """

    def __init__(self, world: World, checks: Checks) -> None:
        self._world = world
        self._checks = checks
        self._releases = world.rng.random() < RELEASED

    def begin(self, environment: SimulatedEnvironment) -> None:
        """Start `settle`, and after it one more release, always after a change by hand or a lost image."""
        commands = [Command("settle", environment.name)]
        if self._releases or environment.disturbed or environment.lost_images:
            commands.append(Command("deploy", environment.name, LAST_IMAGE))
            commands.append(Command("accept", environment.name))
        if not self._world.violations:
            self._start(commands)

    def check(self, environment: SimulatedEnvironment, command: Command, code: int) -> None:
        """Check that records, Service and Deployments agree, unless a release has to be pending now."""
        locked_out = bool(environment.lost_images) and code != 0
        if command.name != "deploy" and not locked_out:
            self._checks.agree(environment)

    def _start(self, commands: list[Command]) -> None:
        command = commands[0]
        allowed: tuple[int, ...] = (0,)
        if command.name == "settle":
            lost = self._world.environments[command.environment].lost_images
            allowed = (0, RolledBackError.exit_code, *(LOCKED_OUT if lost else ()))

        def ended(process: DeployerProcess, code: int) -> None:
            self._checks.ended(process, command, code)
            self.check(self._world.environments[command.environment], command, code)
            if self._checks.succeeded(process, code, allowed) and commands[1:]:
                self._start(commands[1:])

        self._checks.began(self._started(command, ended), command)

    def _started(self, command: Command, ended: Callable[[DeployerProcess, int], None]) -> DeployerProcess:
        return start(self._world, "final", command, ended)

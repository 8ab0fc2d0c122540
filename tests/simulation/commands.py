"""Run the real stages as the commands of simulated processes."""

from __future__ import annotations

from collections.abc import Callable

from seatrial.errors import SeatrialError
from seatrial.stages.accept import accept
from seatrial.stages.deploy import deploy
from seatrial.stages.promote import promote
from seatrial.stages.resume import resume
from seatrial.stages.rollback import rollback
from seatrial.stages.settle import settle
from simulation.images import settings, workspace_of
from simulation.plan import Command
from simulation.process import DeployerProcess
from simulation.tasks import ProcessKilledError
from simulation.world import World

KILLED = -9
INTERRUPTED = 130
UNEXPECTED = -1


def start(
    world: World, machine: str, command: Command, ended: Callable[[DeployerProcess, int], None]
) -> DeployerProcess:
    """Start a command in a process of its own; `ended` receives the process and its exit code."""
    process = world.process(machine, command)

    def work() -> None:
        world.tell(process.name, f"begins {command.name} {command.environment}")
        code = _run(world, process, command)
        world.tell(process.name, f"ends {code}")
        ended(process, code)

    world.scheduler.start(process, work)
    return process


def _run(world: World, process: DeployerProcess, command: Command) -> int:
    try:
        _stage(world, process, command)
    except SeatrialError as error:
        world.tell(process.name, f"{error.word}: {error.message}")
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except ProcessKilledError:
        return KILLED
    except Exception as error:
        if process.killed:
            return KILLED
        world.violate("documented errors", f"{command.name}: {type(error).__name__}: {error}", "other")
        return UNEXPECTED
    return 0


def _stage(world: World, process: DeployerProcess, command: Command) -> None:
    services, workspace, env = (
        world.services(process),
        workspace_of(process.machine.name, command.image),
        command.environment,
    )
    if command.name == "deploy":
        deploy(settings(), workspace, env, world.images.reference(command.image), services=services)
    elif command.name == "accept":
        accept(settings(), workspace, env, services)
    elif command.name == "rollback":
        rollback(settings(), workspace, env, services)
    elif command.name == "settle":
        settle(settings(), workspace, env, services)
    elif command.name == "resume":
        resume(settings(), workspace, env, services)
    elif command.name == "promote":
        promote(settings(), workspace, env, "staging", services=services)
    else:
        raise ValueError(command.name)

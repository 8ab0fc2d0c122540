"""Apply the invariants while a schedule runs, and classify what is violated."""

from __future__ import annotations

from functools import partial

from seatrial.errors import HeldError, OutsideError, RollbackFailedError, RolledBackError
from simulation import holds, invariants
from simulation.commands import INTERRUPTED, KILLED
from simulation.environment import SimulatedEnvironment
from simulation.on_call import OnCall
from simulation.plan import Command
from simulation.process import DeployerProcess
from simulation.state_table import Seen, departure, seen
from simulation.world import World
from simulation.write import Write

# How often pods are looked at while nothing is written, in seconds.
INTERVAL = 1.0
# Commands that take up a release which another command has begun.
TAKE_UP = ("accept", "rollback", "settle")
# After a change by hand users are served again so many seconds after the end of a command.
REPAIR_SECONDS = 3.0
# Commands that revert changes by hand.
RESTORING = ("deploy", "accept", "rollback", "settle")
# Commands that end so have written to the store, or left it to the next one.
WRITTEN = (0, RolledBackError.exit_code, OutsideError.exit_code, RollbackFailedError.exit_code)
UNWRITTEN = (KILLED, INTERRUPTED)
UNEXPLAINED = (OutsideError.exit_code, RollbackFailedError.exit_code)


class Checks:
    """The invariants of a world, and what they need to remember."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._checked: dict[str, tuple[int, float]] = {name: (0, 0.0) for name in world.environments}
        self._cause = dict.fromkeys(world.environments, "other")
        self._began: dict[DeployerProcess, float] = {}
        self._releases: dict[DeployerProcess, str] = {}
        self._codes: dict[str, list[tuple[DeployerProcess, int]]] = {name: [] for name in world.environments}
        self._live: dict[DeployerProcess, tuple[str, str] | None] = {}
        self._on_call = OnCall(world, self._violate)
        self.seen: set[Seen] = set()

    def began(self, process: DeployerProcess, command: Command) -> None:
        """Note that a command begins."""
        self._began[process] = self._world.scheduler.now
        self._on_call.began(self._world.environments[command.environment], process)

    def written(self, environment: SimulatedEnvironment, write: Write) -> None:
        """Check what a write must keep, and note what it means."""
        violate, lost = self._violate, _fault_of_writer(environment, write)
        violate("lease", invariants.holds_lease(environment, write), lost)
        violate(
            "given up",
            invariants.not_given_up(environment, write),
            lost or ("5" if environment.two_stable else "1"),
        )
        now = self._world.scheduler.now
        violate("size", invariants.candidate_is_large_enough(environment, write, now), lost or "8")
        violate("stable kept", invariants.stable_is_kept(environment, write), lost or "11")
        violate("promoted", invariants.promoted_is_stable(environment, write), lost or "10")
        violate("held", holds.not_held(environment, write), lost or "7b")
        self._cause[environment.name] = lost or ("5" if environment.two_stable else "other")
        self._note_release(environment, write)
        self._note_rollback(environment, write)
        self._on_call.written(environment, write)

    def checked(self, environment: SimulatedEnvironment, process: DeployerProcess) -> None:
        """Check that a process that found its Lease to be its own could not know better."""
        now = self._world.scheduler.now
        self._violate("asks", invariants.asks_for_lease(environment, process, now), "3")

    def stepped(self) -> None:
        """Check what must hold after every step."""
        now = self._world.scheduler.now
        for name, environment in self._world.environments.items():
            version, at = self._checked[name]
            if environment.server.version != version or now >= at:
                self._checked[name] = environment.server.version, now + INTERVAL
                fault = self._cause[name]
                self._violate("serves", invariants.serves(environment, now), fault)
                self._violate("users", invariants.users_on_known_release(environment), fault)

    def ended(self, process: DeployerProcess, command: Command, code: int) -> None:
        """Check the exit code of a command that ended by itself, and the states that it leaves."""
        self._codes[command.environment].append((process, code))
        if code == KILLED:
            return
        environment = self._world.environments[command.environment]
        # The deadlines of a suspended machine pass.
        late = process.suspended and environment.holder is process
        lost = environment.disturbed or environment.lost_images
        if code in UNEXPLAINED and not process.disturbed and not lost and not late:
            message = f"{process.name} ends {code}, but nothing outside failed"
            self._violate("unexplained failure", message, _fault_of_failure(environment, process))
        self._violate("rollback", invariants.rollback_left(environment, command.name, code), "1")
        release = self._releases.get(process, "")
        self._on_call.ended(environment, process, code, release)
        worked_last = process.acquired.get(environment.name, 0) == environment.acquired and process.acquired
        if worked_last or code == HeldError.exit_code:
            before = self._live.get(process)
            found = seen(environment, command.name, code, release, before)
            self.seen.add(found)
            self._violate("table", departure(found), self._cause[environment.name])
            self._violate("held", holds.took_back(environment, command.name, code, release), "7b")
            self._violate("one stable", invariants.one_stable(environment, command.name, code), "5")
        restores = code == 0 and command.name in RESTORING
        if restores and environment.manual_at is not None and environment.manual_at < self._began[process]:
            scheduler = self._world.scheduler
            scheduler.at(scheduler.now + REPAIR_SECONDS, partial(environment.repaired, environment.manual_at))

    def succeeded(self, process: DeployerProcess, code: int, allowed: tuple[int, ...]) -> bool:
        """Check that one of the last commands ended with an allowed code, and return that."""
        if code not in (*allowed, KILLED):
            fault = "4" if any(each.lost_at for each in self._world.environments.values()) else "other"
            self._violate("last command", f"{process.name} ends {code}", fault)
        return code in allowed

    def agree(self, environment: SimulatedEnvironment) -> None:
        """Check the end of a schedule."""
        self._violate("agreement", invariants.agrees(environment), "other")
        self._violate("stored", invariants.stored(environment, self._world.documents), "other")

    def rested(self) -> None:
        """Check what the store has once all commands have ended, unless one of them could not write there."""
        for name, ended in self._codes.items():
            whole = all(code not in UNWRITTEN and not each.disturbed for each, code in ended)
            if whole and any(code in WRITTEN for _, code in ended):
                environment = self._world.environments[name]
                self._violate("stored", invariants.stored(environment, self._world.documents), "other")

    def _note_release(self, environment: SimulatedEnvironment, write: Write) -> None:
        environment.ever_stable = environment.ever_stable or bool(environment.stable())
        process, call = write.process, write.call
        if process.command in ("deploy", "promote") and (call.verb, call.kind) == ("create", "ConfigMap"):
            self._releases[process] = environment.records()[-1].release
        elif call.kind == "Lease" and environment.holder is process:
            self._live.setdefault(process, environment.live())
            if process.command in TAKE_UP:
                self._releases.setdefault(process, self._worked_on(environment, process))

    def _worked_on(self, environment: SimulatedEnvironment, process: DeployerProcess) -> str:
        """Return the release that a command takes up when it acquires the Lease."""
        unfinished = [each for each in environment.records() if each.open]
        if process.command == "accept":
            pending = [each.release for each in environment.unfinished() if each.state == "pending"]
            return pending[-1] if pending else ""
        if process.command == "rollback":
            return process.newest or environment.newest()
        return environment.newest() if unfinished else process.newest or ""

    def _note_rollback(self, environment: SimulatedEnvironment, write: Write) -> None:
        live, before = environment.live(), write.live_before
        if write.process.command == "rollback":
            returning = any(each.state == "returning" for each in environment.records())
            record = environment.record(live[1]) if live else None
            if returning and record and record.state == "stable":
                environment.leaving.add(record.release)
            left = environment.record(before[1]) if before else None
            if before and live and live[1] != before[1] and left and left.state in ("stable", "pending"):
                environment.left.add(left.release)

    def _violate(self, invariant: str, message: str, fault: str) -> None:
        if message:
            self._world.violate(invariant, message, fault)


def _fault_of_writer(environment: SimulatedEnvironment, write: Write) -> str:
    if environment.holder is write.process:
        return "2" if write.late else ""
    return "3" if write.process.suspended else "2"


def _fault_of_failure(environment: SimulatedEnvironment, process: DeployerProcess) -> str:
    if environment.holder is not process:
        return "3" if process.suspended else "2"
    return "4" if environment.lost_at is not None else "other"

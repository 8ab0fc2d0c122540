"""What must hold of a rollback while another deployer works: users are back soon, and `accept` stops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from seatrial.errors import RefusedError, RolledBackError
from seatrial.kube.labels import LEASE
from seatrial.kube.lease import POLL_SECONDS
from seatrial.kube.stop_request import stop_request
from simulation.environment import SimulatedEnvironment
from simulation.process import DeployerProcess
from simulation.write import Write

if TYPE_CHECKING:
    from simulation.world import World

# With a living holder of the Lease users are back so many seconds after the start of a rollback.
BACK_SECONDS = 10.0
# A holder finds the request to stop at its next renewal; then its present requests end.
NOTICE_SECONDS = POLL_SECONDS + 1.0


@dataclass
class OnCall:
    """Watches rollbacks and the holders that they ask to stop. `violate` receives what is wrong."""

    world: World
    violate: Callable[[str, str, str], None]

    def __post_init__(self) -> None:
        """Begin with nothing."""
        self._asked: dict[DeployerProcess, float] = {}
        self._accepted: dict[str, float] = {}
        self._codes: dict[DeployerProcess, int] = {}

    def began(self, environment: SimulatedEnvironment, process: DeployerProcess) -> None:
        """Check later whether a rollback that begins now has brought the users back."""
        if process.command == "rollback":
            now, holder = self.world.scheduler.now, None if environment.free else environment.holder
            check = partial(self._users_are_back, environment, process, holder, now)
            self.world.scheduler.at(now + BACK_SECONDS, check)

    def written(self, environment: SimulatedEnvironment, write: Write) -> None:
        """Note who is asked to stop, and when a release becomes stable."""
        now, holder = self.world.scheduler.now, environment.holder
        if write.call.kind == "Lease" and holder and holder is not write.process:
            if stop_request(environment.server.objects.get(("Lease", LEASE), {})):
                self._asked.setdefault(holder, now)
        elif write.call.kind == "ConfigMap":
            for record in environment.stable():
                self._accepted.setdefault(record.release, now)

    def ended(
        self, environment: SimulatedEnvironment, process: DeployerProcess, code: int, release: str
    ) -> None:
        """Check that an `accept` that was asked to stop ended with 20.

        Exempt: it was disturbed, the stable release may not start, no release was pending, or the release was
        accepted before the request was noticed.
        """
        self._codes[process] = code
        asked = self._asked.get(process)
        if process.command != "accept" or asked is None or _disturbed(process) or environment.disturbed:
            return
        if environment.lost_images:
            return
        accepted = self._accepted.get(release, asked + BACK_SECONDS) <= asked + NOTICE_SECONDS
        none_pending = not release and code == RefusedError.exit_code
        if code != RolledBackError.exit_code and not none_pending and not (accepted and code == 0):
            self.violate("stopped", f"{process.name} was asked to stop and ends {code}", "7")

    def _users_are_back(
        self,
        environment: SimulatedEnvironment,
        process: DeployerProcess,
        holder: DeployerProcess | None,
        began: float,
    ) -> None:
        """Check that users are not on the release any more that a rollback is about.

        Exempt: there was nothing to return to, or it may not start; an object was changed by hand or a node
        lost; the rollback or a deployer that held the Lease since was killed, suspended or disturbed.
        """
        if environment.disturbed or environment.lost_at is not None or environment.lost_images:
            return
        holders = [each for each in self.world.processes if each.renewed.get(environment.name, -1.0) >= began]
        concerned = [process, *holders, *([holder] if holder else [])]
        refused = self._codes.get(process) == RefusedError.exit_code
        if refused or any(_disturbed(each) for each in concerned):
            return
        live = environment.live()
        if live and process.newest and live[1] == process.newest:
            what = f"{BACK_SECONDS:.0f} s after the start of {process.name} users are on {live[1]}"
            self.violate("on call", what, "7")


def _disturbed(process: DeployerProcess) -> bool:
    return process.killed or process.suspended or bool(process.disturbed)

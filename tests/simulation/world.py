"""Two environments, machines and deployers in one virtual time, and what was observed of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from imagemodel.golden import GoldenSet
from seatrial.errors import OutsideError
from seatrial.release.services import Services
from seatrial.results import Artefact
from seatrial.settings import Settings
from seatrial.workspace import Workspace
from simulation.client import SimulatedCluster
from simulation.endpoints import Network, SimulatedHttp, SimulatedSuites
from simulation.environment import SimulatedEnvironment
from simulation.images import GOLDEN, SimulatedImages
from simulation.machines import Machine
from simulation.paths import SimulatedPaths
from simulation.plan import ENVIRONMENTS, Command, Plan
from simulation.process import DeployerProcess
from simulation.server import ApiServer
from simulation.store import SimulatedStore
from simulation.tasks import Scheduler
from simulation.write import Write


@dataclass(frozen=True)
class Options:
    """How machines and clients behave.

    `counts_suspend`: the monotonic clock of a process counts the time in which its machine is suspended.
    `caches_time`: a client asks the cluster for its time once and advances it by the monotonic clock.
    """

    counts_suspend: bool = True
    caches_time: bool = False


@dataclass(frozen=True)
class Violation:
    """A violated invariant: its name, what was found, the fault that it shows, and when (seconds)."""

    invariant: str
    message: str
    fault: str
    at: float


class World:
    """Everything in a schedule. `on_write` is called after each write that took effect."""

    def __init__(self, plan: Plan, rng: Random, options: Options, *, telling: bool = False) -> None:
        self.plan = plan
        self.options = options
        self.rng = rng
        self.scheduler = Scheduler(rng)
        self.lines: list[str] = []
        self.violations: list[Violation] = []
        self.images = SimulatedImages()
        self.documents: dict[str, bytes] = {}
        self.machines: dict[str, Machine] = {}
        self.environments = {name: self._environment(name) for name in ENVIRONMENTS}
        self.environments["production"].source = self.environments["staging"]
        self.network = Network(self.environments, self.images)
        self.processes: list[DeployerProcess] = []
        self.on_write: Callable[[SimulatedEnvironment, Write], None] = lambda _environment, _write: None
        self._telling = telling

    def tell(self, who: str, what: str) -> None:
        """Add a step to the story."""
        if self._telling:
            moment = timedelta(seconds=round(self.scheduler.now, 2))
            self.lines.append(f"{moment.total_seconds():8.2f} s  {who:<24} {what}")

    def violate(self, invariant: str, message: str, fault: str) -> None:
        """Note the first violation and stop."""
        if not self.violations:
            self.violations.append(Violation(invariant, message, fault, self.scheduler.now))
            self.scheduler.stopping = True
            self.tell("INVARIANT", f"{invariant}: {message}")

    def machine(self, name: str) -> Machine:
        """Return a machine by name."""
        if name not in self.machines:
            self.machines[name] = Machine(name, self.plan.offsets.get(name, 0.0))
        return self.machines[name]

    def process(self, machine: str, command: Command) -> DeployerProcess:
        """Return a new process of a machine for a command."""
        number = len(self.processes) + 1
        process = DeployerProcess(
            f"{command.name}@{machine}/{number}",
            command.name,
            self.machine(machine),
            self.scheduler,
            self.rng,
            counts_suspend=self.options.counts_suspend,
            caches_time=self.options.caches_time,
        )
        if self._telling:
            process.story = lambda what: self.tell(process.name, what)
        if process.machine.unreachable_until > self.scheduler.now:
            process.disturbed = "cut off"
        if process.machine.golden_missing_until > self.scheduler.now:
            process.disturbed = "golden set"
        self.processes.append(process)
        return process

    def processes_on(self, machine: Machine) -> list[DeployerProcess]:
        """Return the running processes of a machine."""
        return [each for each in self.processes if each.machine is machine and each.tasks]

    def environment_of(self, job: int, position: int) -> SimulatedEnvironment:
        """Return the environment that a command works on."""
        return self.environments[self.plan.jobs[job].commands[position].environment]

    def services(self, process: DeployerProcess) -> Services:
        """Return the services of a process."""
        return Services(
            runtime=process.runtime,
            http=SimulatedHttp(self.network, process),
            connect=lambda _kubeconfig, context, _cache, patience, _runtime: SimulatedCluster(
                self.environments[context], process, patience
            ),
            kustomize=lambda _: [],
            suites=lambda _: SimulatedSuites(self.network, process),
            golden_sets=_GoldenSets(process),
            images=self.images,
            write_report=lambda ended, _: ended.workspace.root / "report.html",
            user=lambda: process.name,
            open_preview_path=SimulatedPaths(process).open,
            open_store=lambda _: SimulatedStore(self.documents, process),
        )

    def _starts(self, environment: str, image: str) -> bool:
        lost = image.rpartition("@")[2] in self.environments[environment].lost_images.digests
        return not lost and self.images.behaviour(image) != "never ready"

    def _environment(self, name: str) -> SimulatedEnvironment:
        server = ApiServer(name, lambda: self.scheduler.now)
        server.controllers.becomes_ready = lambda image: self._starts(name, image)
        return SimulatedEnvironment(
            name,
            server,
            on_write=lambda environment, write: self.on_write(environment, write),
            story=lambda what: self.tell(name, what),
        )


class _GoldenSets:
    """The golden set of a process; it is missing while its machine cannot load it."""

    def __init__(self, process: DeployerProcess) -> None:
        self._process = process

    def load(
        self,
        settings: Settings,  # noqa: ARG002
        workspace: Workspace,  # noqa: ARG002
        artefact: Artefact,  # noqa: ARG002
        revision: str = "",  # noqa: ARG002
    ) -> GoldenSet:
        """Return the golden set, or raise OutsideError."""
        if self._process.machine.golden_missing_until > self._process.scheduler.now:
            raise OutsideError("the store does not respond")
        return GOLDEN

    def cached(self, workspace: Workspace, digest: str) -> GoldenSet | None:  # noqa: ARG002
        """Return None: there is no cache."""
        return None

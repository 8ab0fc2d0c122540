"""A deployer's process: one command on one machine, and what is to happen at its requests."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from simulation.machines import Machine, SimulatedRuntime
from simulation.tasks import Scheduler, SimulatedProcess

if TYPE_CHECKING:
    from simulation.environment import SimulatedEnvironment

# An invariant about what a deployer read just before concerns this many requests.
RECENT_CALLS = 12
WRITES = ("apply", "replace_field", "create", "replace", "delete")


@dataclass
class Call:
    """A request to a cluster, or with the kind `Blob` to the store.

    `asked` is whether the request before it read the Lease as this holder's.
    """

    verb: str
    kind: str = ""
    name: str = ""
    asked: bool = False

    def __str__(self) -> str:
        """Return it in words."""
        return " ".join(word for word in (self.verb, self.kind, self.name) if word)

    @property
    def writes(self) -> bool:
        """Whether it changes the content of an object other than the Lease."""
        return self.verb in WRITES and self.kind not in ("Lease", "Blob")

    @property
    def bases(self) -> tuple[str, ...]:
        """Return what the call counts as for a Moment."""
        if self.kind == "Blob":
            return ("call", "store")
        if not self.writes:
            return ("call",)
        return ("call", "write", "record") if self.kind == "ConfigMap" else ("call", "write")


@dataclass
class Fate:
    """What happens to a request: whether it arrives and is answered.

    `late` is after how many seconds its first copy arrives, if it is delayed.
    """

    arrives: bool = True
    answered: bool = True
    late: float = 0.0


ANSWERED = Fate()


@dataclass(frozen=True)
class Observed:
    """The state at a request to an environment: the live slot's size, the digests stable in the source."""

    environment: str
    live_size: int
    source_digests: frozenset[str]


@dataclass(frozen=True)
class Moment:
    """Before or after a process's request number `count`; `basis` is what counts."""

    phase: str
    basis: str
    count: int


class DeployerProcess(SimulatedProcess):
    """A process that runs one command. `moments` are called when the process reaches them."""

    def __init__(
        self,
        name: str,
        command: str,
        machine: Machine,
        scheduler: Scheduler,
        rng: Random,
        *,
        counts_suspend: bool,
        caches_time: bool,
    ) -> None:
        super().__init__(name)
        self.command = command
        self.machine = machine
        self.scheduler = scheduler
        self.caches_time = caches_time
        self.runtime = SimulatedRuntime(scheduler, machine, self, counts_suspend=counts_suspend)
        self.recent: deque[Observed] = deque(maxlen=RECENT_CALLS)
        self.moments: dict[Moment, list[Callable[[DeployerProcess], None]]] = {}
        self.acquired: dict[str, int] = {}
        self.renewed: dict[str, float] = {}
        self.next_fate: Fate | None = None
        self.pause = 0.0
        self.disturbed = ""
        self.suspended = False
        self.takes_over = False
        self.newest: str | None = None
        self.story: Callable[[str], None] = lambda _: None
        self._random = rng.random
        self._asked = False
        self._counts = {"call": 0, "write": 0, "record": 0, "store": 0}

    def latency(self) -> None:
        """Wait for the time that a request takes."""
        self.scheduler.wait(0.005 + 0.04 * self._random())

    def reaches_cluster(self) -> bool:
        """Return whether the machine is connected."""
        return self.machine.unreachable_until <= self.scheduler.now

    def fate(self, call: Call) -> Fate:
        """Return what happens to a request, once."""
        if self.next_fate is None or call.verb not in WRITES or self.scheduler.running.background:
            return ANSWERED
        fate, self.next_fate = self.next_fate, None
        return fate

    def before(self, call: Call) -> None:
        """Count a request of the main task, and do what is to happen before it."""
        if self.scheduler.running.background:
            return
        call.asked, self._asked = self._asked, False
        for basis in call.bases:
            self._counts[basis] += 1
        self._reach("before", call)

    def after(self, environment: SimulatedEnvironment, call: Call) -> None:
        """Note what a request of the main task read, and do what is to happen after it."""
        if self.scheduler.running.background:
            return
        if call.kind == "Lease":
            self._asked = call.verb == "get" and environment.holder is self and not environment.free
        self._reach("after", call)

    def answered(self, call: Call) -> None:
        """Do what is to happen after a request of the main task to the store."""
        if not self.scheduler.running.background:
            self._reach("after", call)

    def _reach(self, phase: str, call: Call) -> None:
        if not self.moments:
            return
        for basis in call.bases:
            for action in self.moments.pop(Moment(phase, basis, self._counts[basis]), ()):
                action(self)
        if self.pause:
            pause, self.pause = self.pause, 0.0
            self.scheduler.wait(pause)
        self.scheduler.check(self.scheduler.running)

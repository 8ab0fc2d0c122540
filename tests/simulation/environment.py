"""An environment under simulation: its cluster, who holds its Lease, and what its records state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from seatrial.kube.labels import LEASE, LIVE, RELEASE, SLOT, deployment
from seatrial.kube.lease_object import holder_of
from seatrial.release.record import RETURNED_FROM, RETURNING_FROM
from simulation.controllers import Pod
from simulation.lost_images import LostImages
from simulation.process import WRITES, Call, DeployerProcess, Observed
from simulation.record_reader import RecordReader, RecordView
from simulation.server import ApiServer
from simulation.write import Write

T = TypeVar("T")


@dataclass(eq=False)
class SimulatedEnvironment:
    """One environment.

    `holder` acquired the Lease last; `free` is whether it has released it since. `acquired` counts the
    acquisitions; `touched` has, for each object that a holder has read or written, the count at that time. A
    rollback has begun to return from the releases `leaving`, and has taken the users from those in `left`.
    `manual_at` is when somebody changed an object by hand, until a command that began later ends with 0;
    `disturbed` is whether that ever happened; `lost_at` is when a node was lost. `source` is where `promote`
    promotes from. `two_stable` is whether a holder of the Lease found two stable releases. `late_service` is
    the release of a live Service that a deployer created after it had lost the Lease; nothing was stable.
    """

    name: str
    server: ApiServer
    on_write: Callable[[SimulatedEnvironment, Write], None] = lambda _environment, _write: None
    on_check: Callable[[SimulatedEnvironment, DeployerProcess], None] = lambda _environment, _process: None
    story: Callable[[str], None] = lambda _: None
    holder: DeployerProcess | None = None
    free: bool = True
    acquired: int = 0
    touched: dict[tuple[str, str], int] = field(default_factory=dict)
    leaving: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)
    ever_stable: bool = False
    manual_at: float | None = None
    disturbed: bool = False
    lost_at: float | None = None
    source: SimulatedEnvironment | None = None
    two_stable: bool = False
    late_service: str = ""
    lost_images: LostImages = field(default_factory=LostImages)
    _observation: tuple[int, Observed] | None = None
    _reader: RecordReader = field(default_factory=RecordReader)

    def perform(
        self, process: DeployerProcess, call: Call, perform: Callable[[], T], *, late: bool = False
    ) -> T:
        """Let a request take effect, and note who did what."""
        server, key = self.server, (call.kind, call.name)
        if call.verb not in WRITES:
            done = perform()
            self._note(process, call, late)
            return done
        version, existed, live = server.version, key in server.objects, self.live()
        holder, ready = self.identity(), self.stable_ready()
        done = perform()
        if server.version != version:
            process.story(f"{call}{' (late copy)' if late else ''}")
            self._note_holder(process, holder)
            self._note_late_service(process, call)
            if (now := self.live()) and now != live and (record := self.record(now[1])):
                self.lost_images.switched(record.release, record.digest, process.scheduler.now)
            self.on_write(self, Write(process, call, existed, late, live, ready))
        self._note(process, call, late)
        return done

    def _note(self, process: DeployerProcess, call: Call, late: bool) -> None:
        if late:
            return
        if process.newest is None and (call.verb, call.kind) == ("list", "ConfigMap"):
            process.newest = self.newest()
        if self.holder is process and not (process.takes_over and call.verb not in WRITES):
            self._note_touched(call)
        if not process.scheduler.running.background:
            process.recent.append(self._observed())

    def note_check(self, process: DeployerProcess) -> None:
        """Note that a process found its Lease to be its own."""
        self.on_check(self, process)

    def live(self) -> tuple[str, str] | None:
        """Return slot and release that the live Service selects."""
        service = self.server.objects.get(("Service", LIVE))
        selector = (service or {}).get("spec", {}).get("selector") or {}
        return (selector.get(SLOT, ""), selector.get(RELEASE, "")) if service else None

    def live_pods(self) -> list[Pod]:
        """Return the ready pods that the live Service selects."""
        return self.service_pods(LIVE)

    def service_pods(self, name: str) -> list[Pod]:
        """Return the ready pods that a Service selects."""
        service = self.server.objects.get(("Service", name))
        return self.server.controllers.matching(service["spec"]["selector"]) if service else []

    def size(self, slot: str) -> int:
        """Return the desired replicas of a slot."""
        found = self.server.objects.get(("Deployment", f"{deployment('blue')[:-4]}{slot}"))
        return int(found["spec"].get("replicas", 1)) if found else 0

    def records(self) -> list[RecordView]:
        """Return the release records, oldest first."""
        return self._reader.records(self.server)

    def record(self, release: str) -> RecordView | None:
        """Return the record of a release."""
        return next((each for each in self.records() if each.release == release), None)

    def stable(self) -> list[RecordView]:
        """Return the records in the state `stable`."""
        return [each for each in self.records() if each.state == "stable"]

    def stable_ready(self) -> int:
        """Return the number of ready replicas of the stable release in its slot."""
        found = [(f"classifier-{each.slot}", each.release) for each in self.stable()[-1:]]
        return sum(self.server.controllers.ready_count(*each) for each in found)

    def unfinished(self) -> list[RecordView]:
        """Return the open records that the stable release has not replaced, oldest first."""
        stable = self.stable()
        return [
            each for each in self.records() if each.open and (not stable or each.number > stable[-1].number)
        ]

    def repaired(self, changed_at: float) -> None:
        """End the exemption for a change by hand, unless there was another one since."""
        if self.manual_at == changed_at:
            self.manual_at = None

    def newest(self) -> str:
        """Return the release that a rollback is about: unfinished, being left, left or stable; or empty."""
        for record in self.records():
            if record.state == "returning":
                return record.details[-1].removeprefix(RETURNING_FROM)
        found = self.unfinished() or self.stable()
        if not found:
            return ""
        last = found[-1]
        if last.states[-2:] == ("returning", "stable"):
            return last.details[-1].removeprefix(RETURNED_FROM)
        return last.release

    @property
    def manual(self) -> bool:
        """Whether a change by hand has not been reverted yet."""
        return self.manual_at is not None

    def identity(self) -> str:
        """Return the holder that the Lease names."""
        return holder_of(self.server.objects.get(("Lease", LEASE)) or {})

    def _observed(self) -> Observed:
        version = self.server.version + (self.source.server.version if self.source else 0)
        if not self._observation or self._observation[0] != version:
            live, source = self.live(), self.source or self
            digests = frozenset(each.digest for each in source.stable())
            self._observation = version, Observed(self.name, self.size(live[0]) if live else 0, digests)
        return self._observation[1]

    def _note_touched(self, call: Call) -> None:
        if call.verb == "list":
            for key in self.server.objects:
                if key[0] == call.kind:
                    self.touched[key] = self.acquired
        else:
            self.touched[call.kind, call.name] = self.acquired

    def _note_late_service(self, process: DeployerProcess, call: Call) -> None:
        if (call.verb, call.kind, call.name) != ("create", "Service", LIVE) or self.holder is process:
            return
        live = self.live()
        if live and call.asked and not self.stable() and not self.live_pods():
            self.late_service = live[1]

    def _note_holder(self, process: DeployerProcess, before: str) -> None:
        after = self.identity()
        if after and self.holder is process:
            process.renewed[self.name] = process.scheduler.now
        if after == before:
            return
        self.free = not after
        if after:
            self.acquired += 1
            self.holder = process
            self.two_stable = self.two_stable or len(self.stable()) > 1
            process.acquired[self.name] = self.acquired
            process.renewed[self.name] = process.scheduler.now

"""The number of replicas in the live slot over time."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from types import TracebackType

from seatrial.errors import OutsideError
from seatrial.kube.labels import deployment
from seatrial.kube.slots import Slots

INTERVAL = 1.0


@dataclass(frozen=True)
class ReplicaCount:
    """At `t` (unix seconds): the live slot, its desired replicas, and those that were ready."""

    t: float
    slot: str
    desired: int
    ready: int


@dataclass
class ReplicaMonitor:
    """Counts the replicas of the live slot once a second inside the `with` block."""

    slots: Slots
    counts: list[ReplicaCount] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> ReplicaMonitor:
        """Start counting."""
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop counting."""
        self._stop.set()
        self._thread.join()

    def largest(self) -> int:
        """Return the highest number of ready replicas."""
        return max((count.ready for count in self.counts), default=0)

    def _watch(self) -> None:
        while not self._stop.wait(INTERVAL):
            try:
                found = count_replicas(self.slots)
            except OutsideError:
                # The API server may be down for a while: that is a gap in the curve.
                continue
            self.counts += [found] if found else []


def count_replicas(slots: Slots) -> ReplicaCount | None:
    """Return the size of the live slot now, or None before the first release."""
    live = slots.live()
    found = slots.cluster.get("Deployment", deployment(live.slot), slots.namespace) if live else None
    if not live or not found:
        return None
    ready = (found.get("status") or {}).get("readyReplicas", 0)
    return ReplicaCount(time.time(), live.slot, int(found["spec"].get("replicas", 1)), int(ready))

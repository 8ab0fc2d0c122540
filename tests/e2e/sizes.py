"""How large the live slot is, looked at once a second while something happens to it."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from types import TracebackType

from seatrial.errors import OutsideError
from seatrial.kube.labels import deployment
from seatrial.kube.slots import Slots

SECOND = 1.0


@dataclass(frozen=True)
class Size:
    """At `t` (unix seconds): the slot that served, the replicas it was to have, and those that answered."""

    t: float
    slot: str
    wanted: int
    ready: int


@dataclass
class Sizes:
    """Looks until it is stopped; `seen` is what it saw."""

    slots: Slots
    seen: list[Size] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Sizes:
        """Begin to look."""
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop looking."""
        self._stop.set()
        self._thread.join()

    def largest(self) -> int:
        """Return the most replicas that answered at once."""
        return max((size.ready for size in self.seen), default=0)

    def _watch(self) -> None:
        while not self._stop.wait(SECOND):
            try:
                found = look(self.slots)
            except OutsideError:
                # A look that fails is a gap in the curve, no end of it.
                continue
            self.seen += [found] if found else []


def look(slots: Slots) -> Size | None:
    """Return how large the live slot is now; None before the first release."""
    live = slots.live()
    found = slots.cluster.get("Deployment", deployment(live.slot), slots.namespace) if live else None
    if not live or not found:
        return None
    ready = (found.get("status") or {}).get("readyReplicas", 0)
    return Size(time.time(), live.slot, int(found["spec"].get("replicas", 1)), int(ready))

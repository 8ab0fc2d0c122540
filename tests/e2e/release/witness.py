"""Somebody who looks at a namespace several times a second while something happens to it."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from types import TracebackType

from seatrial.errors import OutsideError
from seatrial.kube.labels import MANAGED, MANAGER, RELEASE
from seatrial.release.target import Target

INTERVAL = 0.15
# A cluster that is away is a gap in what was seen, no end of it.
PATIENCE = 0.1


@dataclass(frozen=True)
class Look:
    """At `t` (unix seconds): the release that users were sent to, and those that had pods."""

    t: float
    live: str
    pods: frozenset[str]


@dataclass
class Witness:
    """Looks until it is stopped; pods on their way out count as pods."""

    target: Target
    looks: list[Look] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Witness:
        """Begin to look."""
        own = self.target
        self._target = Target(own.settings, own.workspace, own.name, PATIENCE)
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop looking."""
        self._stop.set()
        self._thread.join()

    def left(self, release: str, after: float) -> float | None:
        """Return how many seconds after a moment users were no longer sent to a release; None if they are."""
        return _end([look.t for look in self.looks if look.live == release], self._times(), after)

    def gone(self, release: str, after: float) -> float | None:
        """Return how many seconds after a moment the last pod of a release was gone; None if one is there."""
        return _end([look.t for look in self.looks if release in look.pods], self._times(), after)

    def _times(self) -> list[float]:
        return [look.t for look in self.looks]

    def _watch(self) -> None:
        while not self._stop.wait(INTERVAL):
            try:
                self.looks.append(self._look())
            except OutsideError:
                continue

    def _look(self) -> Look:
        live = self._target.slots.live()
        pods = self._target.cluster.list("Pod", self._target.environment.namespace, f"{MANAGED}={MANAGER}")
        releases = {pod["metadata"]["labels"].get(RELEASE, "") for pod in pods} - {""}
        return Look(time.time(), live.release if live else "", frozenset(releases))


def _end(seen: list[float], looks: list[float], after: float) -> float | None:
    """Return when it was first no longer seen (the first look behind the last sight), 0 if before."""
    last = max(seen, default=0.0)
    free = [t for t in looks if t > last]
    return max(0.0, round(free[0] - after, 2)) if free else None

"""The live release and the pods of a namespace over time."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from types import TracebackType

from seatrial.errors import OutsideError
from seatrial.kube.labels import MANAGED, MANAGER, RELEASE
from seatrial.release.target import Target
from seatrial.system import SERVICES

INTERVAL = 0.15
# Short, so that an unreachable API server costs samples and not the end of the monitoring.
PATIENCE = 0.1


@dataclass(frozen=True)
class NamespaceSample:
    """At `t` (unix seconds): the release that the live Service selects, and the releases that have pods."""

    t: float
    live: str
    pods: frozenset[str]


@dataclass
class NamespaceMonitor:
    """Samples a namespace several times a second inside the `with` block; terminating pods count."""

    target: Target
    samples: list[NamespaceSample] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> NamespaceMonitor:
        """Start sampling."""
        given = self.target
        self._target = Target(given.settings, given.workspace, given.name, SERVICES, patience=PATIENCE)
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop sampling."""
        self._stop.set()
        self._thread.join()

    def has_no_pods(self, release: str) -> bool:
        """Return whether a release has no pod in the last sample."""
        return bool(self.samples) and release not in self.samples[-1].pods

    def seconds_until_not_live(self, release: str, after: float) -> float | None:
        """Return the seconds from `after` (unix) until a release was no longer live; None if it still is."""
        return self._seconds_until_last([s.t for s in self.samples if s.live == release], after)

    def seconds_until_no_pods(self, release: str, after: float) -> float | None:
        """Return the seconds from `after` (unix) until a release's last pod was gone; None if it has one."""
        return self._seconds_until_last([s.t for s in self.samples if release in s.pods], after)

    def _seconds_until_last(self, seen: list[float], after: float) -> float | None:
        """Return when the first sample after those in `seen` was taken, 0 if that was before `after`."""
        last = max(seen, default=0.0)
        later = [sample.t for sample in self.samples if sample.t > last]
        return max(0.0, round(later[0] - after, 2)) if later else None

    def _watch(self) -> None:
        while not self._stop.wait(INTERVAL):
            try:
                self.samples.append(self._sample())
            except OutsideError:
                continue

    def _sample(self) -> NamespaceSample:
        live = self._target.slots.live()
        pods = self._target.cluster.list("Pod", self._target.environment.namespace, f"{MANAGED}={MANAGER}")
        releases = {pod["metadata"]["labels"].get(RELEASE, "") for pod in pods} - {""}
        return NamespaceSample(time.time(), live.release if live else "", frozenset(releases))

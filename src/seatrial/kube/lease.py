"""The Lease of an environment: one deployer at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field

from seatrial.errors import HeldError, OutsideError, RefusedError
from seatrial.kube.conflicts import repeat_on_conflict
from seatrial.kube.labels import LEASE
from seatrial.kube.lease_object import (
    held_error,
    holder_of,
    is_available,
    new_lease,
    pending_release,
    set_holder,
    set_pending,
    set_renewed,
    transition_of,
)
from seatrial.kube.lease_renewal import renew_until
from seatrial.kube.protocol import CONFLICT, Cluster, ClusterError, Manifest
from seatrial.kube.stamp import highest_stamp
from seatrial.kube.stop_request import ask_to_stop, stop_request
from seatrial.runtime import SYSTEM, Runtime
from seatrial.wait import retry

# A pending release's Lease lasts this many times as long: the CI job that runs `accept` has to start.
HANDOVER_FACTOR = 5
# How often the holder reads the Lease, to find a request to stop (seconds).
POLL_SECONDS = 2.0
UPDATE_ATTEMPTS = 5
LOST_HINT = "check with make history what the other deployer did"


@dataclass
class Lease:
    """The Lease of one environment.

    It expires when its holder has not renewed it for `seconds` by the cluster's clock, so the clocks of
    two deployers' machines need not agree. `holder` is an identity that no other process has. The holder
    renews the Lease in a background task of `runtime`. `transition` is the number of this process's
    acquisition (0 before it); `expired` is whether the Lease was taken from a holder that did not release
    it. It is not released while it is `expired`: the next holder has to take over too.
    """

    cluster: Cluster
    namespace: str
    seconds: int
    holder: str
    runtime: Runtime = SYSTEM
    transition: int = field(default=0, init=False)
    expired: bool = field(default=False, init=False)
    _lost: str = field(default="", init=False)
    _stop: str = field(default="", init=False)
    # The monotonic time at which the last successful write as holder was sent.
    _last_write: float = field(init=False)
    # Renewal and handover each read, change and replace the same object.
    _lock: AbstractContextManager[object] = field(init=False)

    def __post_init__(self) -> None:
        """Take the clock and the lock from the runtime."""
        self._last_write = self.runtime.monotonic()
        self._lock = self.runtime.lock()

    @contextmanager
    def hold(self, *, adopt: bool = False, patience: float = 0, stop_holder: str = "") -> Iterator[Lease]:
        """Acquire the Lease, renew it until the block ends, then release it.

        With `adopt`, take over a Lease that is kept for a pending release. If another deployer holds
        the Lease, try for `patience` seconds, then raise HeldError with its identity. With `stop_holder`
        (who asks, and why), that deployer is asked to stop.
        """
        retry(lambda: self._acquire(adopt, stop_holder), HeldError, seconds=patience, runtime=self.runtime)
        stop = self.runtime.event()
        every = min(self.seconds / 4, POLL_SECONDS)
        renewal = self.runtime.start(lambda: renew_until(stop, self._renew, every))
        try:
            yield self
        finally:
            stop.set()
            try:
                renewal.result()
            finally:
                self._release()

    def check(self) -> None:
        """Raise HeldError if another deployer has acquired the Lease.

        Reads the Lease if it may have expired, for example after this process was suspended.
        """
        if not self._lost and self.runtime.monotonic() - self._last_write > self.seconds:
            # While the API server does not respond, no other deployer can acquire the Lease either.
            with suppress(OutsideError):
                self._read_own()
        if self._lost:
            raise HeldError(self._lost, LOST_HINT)

    def check_not_stopped(self) -> None:
        """Raise HeldError as `check`, or RefusedError if this holder is asked to stop."""
        self.check()
        if self._stop:
            raise RefusedError(f"stopped: {self._stop}", "make history shows what was rolled back")

    def ask(self) -> None:
        """Read the Lease; raise HeldError if another deployer has acquired it."""
        if self._lost:
            raise HeldError(self._lost, LOST_HINT)
        self._read_own()

    def compare(self, stamp: int) -> None:
        """Raise HeldError if an object's stamp is that of a later holder."""
        if stamp > self.transition:
            self._lost = self._lost or f"{self.namespace} was taken over by another deployer"
            raise HeldError(self._lost, LOST_HINT)

    def hand_over(self, release: str) -> None:
        """Keep the Lease for a pending release when `hold` ends, until a deployer adopts it.

        It lasts HANDOVER_FACTOR times as long. Raises HeldError if another deployer has acquired it.
        """
        with self._lock:
            self._update(lambda lease: self._mark_pending(lease, release))

    def _mark_pending(self, lease: Manifest, release: str) -> bool:
        if pending_release(lease) == release:
            return False
        set_pending(lease, release, self.seconds * HANDOVER_FACTOR, self.cluster.now())
        return True

    def _update(self, change: Callable[[Manifest], bool]) -> None:
        """Change the own Lease, unless `change` returns False."""

        def write() -> None:
            lease = self._read_own()
            if change(lease):
                self.cluster.replace(lease)

        repeat_on_conflict(write, UPDATE_ATTEMPTS)

    def _acquire(self, adopt: bool, stop_holder: str) -> None:
        lease = self._read()
        if lease and not is_available(lease, self.holder, adopt, self.cluster.now(), self.seconds):
            if stop_holder:
                ask_to_stop(self.cluster, lease, stop_holder)
            raise held_error(lease)
        self.expired = bool(lease) and holder_of(lease) != "" and not pending_release(lease)
        try:
            self._write(lease)
        except ClusterError as error:
            if error.status != CONFLICT:
                raise
            lease = self._read()
            # A repeated request conflicts with the first one if only the response was lost.
            if holder_of(lease) != self.holder:
                raise held_error(lease) from error
            self.transition = transition_of(lease)

    def _write(self, lease: Manifest) -> None:
        body = lease or new_lease(self.namespace)
        # The Lease may have been deleted by hand, or written by a version without transitions.
        above = highest_stamp(self.cluster, self.namespace)
        set_holder(body, self.holder, self.seconds, self.cluster.now(), above)
        sent = self.runtime.monotonic()
        self.cluster.replace(body) if lease else self.cluster.create(body)
        self._last_write, self.transition = sent, transition_of(body)

    def _read(self) -> Manifest:
        return self.cluster.get("Lease", LEASE, self.namespace) or {}

    def _read_own(self) -> Manifest:
        lease = self._read()
        if holder_of(lease) != self.holder:
            self._lost = held_error(lease).message
            raise HeldError(self._lost, LOST_HINT)
        self._stop = stop_request(lease)
        return lease

    def _renew(self) -> None:
        with self._lock:
            lease = self._read_own()
            if self.runtime.monotonic() - self._last_write >= self.seconds / 4:
                set_renewed(lease, self.cluster.now())
                sent = self.runtime.monotonic()
                self.cluster.replace(lease)
                self._last_write = sent

    def _release(self) -> None:
        def change(lease: Manifest) -> bool:
            lease["spec"]["holderIdentity"] = ""
            return not pending_release(lease)

        if self.expired:
            return
        # The Lease expires anyway, so this error must not replace the result of the block.
        with suppress(OutsideError, HeldError):
            self._update(change)

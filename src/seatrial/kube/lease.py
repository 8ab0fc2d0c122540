"""The Lease of an environment: one deployer at a time."""

from __future__ import annotations

import getpass
import os
import platform
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field

from seatrial import console
from seatrial.errors import HeldError, OutsideError
from seatrial.kube.labels import LEASE
from seatrial.kube.lease_object import (
    held_error,
    holder_of,
    is_expired,
    new_lease,
    pending_release,
    set_holder,
    set_pending,
    set_renewed,
)
from seatrial.kube.protocol import CONFLICT, Cluster, ClusterError, Manifest
from seatrial.runtime import SYSTEM, Event, Runtime
from seatrial.wait import retry

# A pending release's Lease lasts this many times as long: the CI job that runs `accept` has to start.
HANDOVER_FACTOR = 5
LOST_HINT = "check with make history what the other deployer did"


def whoami() -> str:
    """Return this process as user@host/pid, for records and the Lease."""
    return f"{getpass.getuser()}@{platform.node()}/{os.getpid()}"


@dataclass
class Lease:
    """The Lease of one environment.

    It expires when its holder has not renewed it for `seconds` by the cluster's clock, so the clocks of
    two deployers' machines need not agree. `holder` is an identity that no other process has. The holder
    renews the Lease in a background task of `runtime`.
    """

    cluster: Cluster
    namespace: str
    seconds: int
    holder: str
    runtime: Runtime = SYSTEM
    _lost: str = field(default="", init=False)
    # The monotonic time at which the last successful write as holder was sent.
    _last_write: float = field(init=False)
    # Renewal and handover each read, change and replace the same object.
    _lock: AbstractContextManager[object] = field(init=False)

    def __post_init__(self) -> None:
        """Take the clock and the lock from the runtime."""
        self._last_write = self.runtime.monotonic()
        self._lock = self.runtime.lock()

    @contextmanager
    def hold(self, *, adopt: bool = False, patience: float = 0) -> Iterator[Lease]:
        """Acquire the Lease, renew it until the block ends, then release it.

        With `adopt`, take over a Lease that is kept for a pending release. If another deployer holds
        the Lease, try for `patience` seconds, then raise HeldError with its identity.
        """
        retry(lambda: self._acquire(adopt), HeldError, seconds=patience, runtime=self.runtime)
        stop = self.runtime.event()
        renewal = self.runtime.start(lambda: self._renew_until(stop))
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

    def hand_over(self, release: str) -> None:
        """Keep the Lease for a pending release when `hold` ends, until a deployer adopts it.

        It lasts HANDOVER_FACTOR times as long. Raises HeldError if another deployer has acquired it.
        """
        with self._lock:
            try:
                self._mark_pending(release)
            except ClusterError as error:
                # The first request may have succeeded with its response lost.
                if error.status != CONFLICT:
                    raise
                self._mark_pending(release)

    def _mark_pending(self, release: str) -> None:
        lease = self._read_own()
        if pending_release(lease) != release:
            set_pending(lease, release, self.seconds * HANDOVER_FACTOR, self.cluster.now())
            self.cluster.replace(lease)

    def _acquire(self, adopt: bool) -> None:
        lease = self._read()
        if lease and not self._is_available(lease, adopt):
            raise held_error(lease)
        try:
            self._write(lease)
        except ClusterError as error:
            if error.status != CONFLICT:
                raise
            lease = self._read()
            # A repeated request conflicts with the first one if only the response was lost.
            if holder_of(lease) != self.holder:
                raise held_error(lease) from error

    def _is_available(self, lease: Manifest, adopt: bool) -> bool:
        if holder_of(lease) in ("", self.holder) or (adopt and pending_release(lease)):
            return True
        return is_expired(lease, self.cluster.now(), self.seconds)

    def _write(self, lease: Manifest) -> None:
        body = lease or new_lease(self.namespace)
        set_holder(body, self.holder, self.seconds, self.cluster.now())
        sent = self.runtime.monotonic()
        self.cluster.replace(body) if lease else self.cluster.create(body)
        self._last_write = sent

    def _read(self) -> Manifest:
        return self.cluster.get("Lease", LEASE, self.namespace) or {}

    def _read_own(self) -> Manifest:
        lease = self._read()
        if holder_of(lease) != self.holder:
            self._lost = held_error(lease).message
            raise HeldError(self._lost, LOST_HINT)
        return lease

    def _renew_until(self, stop: Event) -> None:
        while not stop.wait(self.seconds / 4):
            try:
                with self._lock:
                    self._renew()
            except HeldError:
                return
            except OutsideError:
                continue
            except Exception as error:
                # The block must not lose its result; a Lease that is not renewed expires, as `check` finds.
                console.line(f"  warning: the Lease is not renewed ({type(error).__name__}: {error})")

    def _renew(self) -> None:
        lease = self._read_own()
        set_renewed(lease, self.cluster.now())
        sent = self.runtime.monotonic()
        self.cluster.replace(lease)
        self._last_write = sent

    def _release(self) -> None:
        # The Lease expires anyway, so this error must not replace the result of the block.
        with suppress(OutsideError, HeldError):
            lease = self._read_own()
            if not pending_release(lease):
                lease["spec"]["holderIdentity"] = ""
                self.cluster.replace(lease)

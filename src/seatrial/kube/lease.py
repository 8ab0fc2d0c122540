"""The environment's Lease: one deployer at a time, and one that died frees it by being silent."""

from __future__ import annotations

import getpass
import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from seatrial.errors import HeldError, OutsideError
from seatrial.kube.client import CONFLICT, Cluster, ClusterError, Manifest
from seatrial.kube.labels import LEASE, MANAGED, MANAGER

PENDING = "seatrial.io/pending"
# How many times as long as a deployer a pending release may be silent: another CI job has to start.
HANDOVER = 5
LOST = "look at what the other one did before you try again"
TIME = "%Y-%m-%dT%H:%M:%S.%fZ"


def whoami() -> str:
    """Return who this is, as records and the Lease name it: user@host/pid."""
    return f"{getpass.getuser()}@{socket.gethostname()}/{os.getpid()}"


@dataclass
class Lease:
    """The Lease of one environment; `seconds` is how long its holder may be silent.

    Its times are by the cluster's clock: those of two deployers' machines need not agree.
    """

    cluster: Cluster
    namespace: str
    seconds: int
    holder: str = field(default_factory=lambda: f"{whoami()}-{uuid.uuid4().hex[:6]}")
    _lost: str = ""
    # When it was last certainly ours, by this machine's own clock.
    _sure: float = field(default_factory=time.monotonic)
    # Renewing and handing over both read, change and replace the same object.
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def hold(self, *, adopt: bool = False, patience: float = 0) -> Iterator[Lease]:
        """Hold the environment, renewing it meanwhile, and free it at the end.

        `adopt`: a pending release's Lease, which waits for its verdict, may be taken over at once.
        `patience`: for how many seconds to wait for another holder. Raises HeldError that says who
        holds it since when.
        """
        self._take_in_time(adopt, patience)
        stop = threading.Event()
        renewing = threading.Thread(target=self._renew_until, args=(stop,), daemon=True)
        renewing.start()
        try:
            yield self
        finally:
            stop.set()
            renewing.join()
            self._let_go()

    def check(self) -> None:
        """Raise HeldError when the environment was lost to somebody else meanwhile.

        A process that was stopped for longer than its Lease lasts asks first: nobody has told it yet.
        """
        if not self._lost and time.monotonic() - self._sure > self.seconds:
            # A cluster that is away gives the environment to nobody else either.
            with suppress(OutsideError):
                self._mine()
        if self._lost:
            raise HeldError(self._lost, LOST)

    def hand_over(self, release: str) -> None:
        """Leave the Lease to whoever gives a pending release its verdict."""
        with self._lock:
            try:
                self._mark(release)
            except ClusterError as error:
                # It may have been done already: looked at anew.
                if error.status != CONFLICT:
                    raise
                self._mark(release)

    def _mark(self, release: str) -> None:
        found = self._mine()
        notes = found["metadata"].get("annotations") or {}
        if notes.get(PENDING) != release:
            found["metadata"]["annotations"] = {**notes, PENDING: release}
            found["spec"]["leaseDurationSeconds"] = self.seconds * HANDOVER
            found["spec"]["renewTime"] = self.cluster.now().strftime(TIME)
            self.cluster.replace(found)

    def _take_in_time(self, adopt: bool, patience: float) -> None:
        tries = Retrying(
            stop=stop_after_delay(patience),
            wait=wait_fixed(0.5),
            retry=retry_if_exception_type(HeldError),
            reraise=True,
        )
        tries(self._take, adopt)

    def _take(self, adopt: bool) -> None:
        found = self.cluster.get("Lease", LEASE, self.namespace)
        if found and not self._free(found, adopt):
            raise _held(found)
        try:
            self._write(found)
        except ClusterError as error:
            if error.status != CONFLICT:
                raise
            found = self.cluster.get("Lease", LEASE, self.namespace) or {}
            # A cluster that was away may have done it without saying so, before it was asked again.
            if (found.get("spec") or {}).get("holderIdentity") != self.holder:
                raise _held(found) from error

    def _write(self, found: Manifest | None) -> None:
        now = self.cluster.now().strftime(TIME)
        body = found or {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"name": LEASE, "namespace": self.namespace, "labels": {MANAGED: MANAGER}},
        }
        (body["metadata"].get("annotations") or {}).pop(PENDING, None)
        body["spec"] = {
            "holderIdentity": self.holder,
            "leaseDurationSeconds": self.seconds,
            "acquireTime": now,
            "renewTime": now,
        }
        began = time.monotonic()
        self.cluster.replace(body) if found else self.cluster.create(body)
        self._sure = began

    def _free(self, found: Manifest, adopt: bool) -> bool:
        spec = found.get("spec") or {}
        if not spec.get("holderIdentity") or spec["holderIdentity"] == self.holder:
            return True
        if adopt and PENDING in (found["metadata"].get("annotations") or {}):
            return True
        if not spec.get("renewTime"):
            return True
        silent = self.cluster.now() - _time(spec["renewTime"])
        return silent > timedelta(seconds=spec.get("leaseDurationSeconds", self.seconds))

    def _mine(self) -> Manifest:
        found = self.cluster.get("Lease", LEASE, self.namespace) or {}
        if (found.get("spec") or {}).get("holderIdentity") != self.holder:
            self._lost = _held(found).message
            raise HeldError(self._lost, LOST)
        return found

    def _renew_until(self, stop: threading.Event) -> None:
        while not stop.wait(self.seconds / 4):
            try:
                with self._lock:
                    found = self._mine()
                    found["spec"]["renewTime"] = self.cluster.now().strftime(TIME)
                    began = time.monotonic()
                    self.cluster.replace(found)
                    self._sure = began
            except HeldError:
                return
            except OutsideError:
                continue

    def _let_go(self) -> None:
        try:
            found = self._mine()
            if PENDING not in (found["metadata"].get("annotations") or {}):
                found["spec"]["holderIdentity"] = ""
                self.cluster.replace(found)
        except (OutsideError, HeldError):
            # It frees itself by silence; the verdict must not be lost over it.
            return


def _held(found: Manifest) -> HeldError:
    spec = found.get("spec") or {}
    who, since = spec.get("holderIdentity", "somebody"), spec.get("acquireTime", "just now")
    pending = (found.get("metadata", {}).get("annotations") or {}).get(PENDING)
    hint = "wait for it to end; if its runner died, the environment frees itself"
    if pending:
        hint = f"{pending} waits for its verdict: make accept, or make rollback"
    namespace = found.get("metadata", {}).get("namespace", "the environment")
    return HeldError(f"{namespace} is held by {who} since {str(since)[:19]}Z", hint)


def _time(text: str) -> datetime:
    return datetime.strptime(text, TIME).replace(tzinfo=UTC)

"""Writes that take effect only while this process holds the Lease."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from seatrial.kube.conflicts import repeat_on_conflict
from seatrial.kube.labels import MANAGER, VERSIONS
from seatrial.kube.lease import Lease
from seatrial.kube.protocol import CONFLICT, NOT_FOUND, Cluster, ClusterError, Manifest
from seatrial.kube.stamp import stamp_of, stamped, stamped_objects

T = TypeVar("T")

# Controllers update an object's status between the read and the write; each time it is read again.
ATTEMPTS = 20
# Owns the stamp of objects whose manifest is not at hand.
STAMP_MANAGER = f"{MANAGER}-lease"


@dataclass(frozen=True)
class FencedCluster:
    """The Cluster as the holder of a Lease writes to it.

    A write stamps its object with the number of the holder's Lease transition. It is sent with the resource
    version that was read, after the Lease was read, so it fails if a later holder has stamped the object.
    Writes raise HeldError once the Lease is lost. Only the creation of an object can still take effect
    then: one request, sent when the Lease was read.
    """

    cluster: Cluster
    lease: Lease

    @property
    def kubectl(self) -> str:
        """The start of a kubectl command for this cluster, for messages."""
        return self.cluster.kubectl

    def get(self, kind: str, name: str, namespace: str | None = None) -> Manifest | None:
        """Return an object, or None if it does not exist."""
        return self.cluster.get(kind, name, namespace)

    def list(self, kind: str, namespace: str, labels: str = "", fields: str = "") -> list[Manifest]:
        """Return the objects of a kind that match a label selector and a field selector."""
        return self.cluster.list(kind, namespace, labels, fields)

    def apply(self, manifest: Manifest, manager: str = MANAGER) -> Manifest:
        """Apply a manifest server-side, and return the object."""

        def send(found: Manifest | None) -> Manifest:
            if not found:
                return self.cluster.apply_new(self._stamped(manifest, None), manager)
            found = self.cluster.own_as_applied(found, manager)
            return self.cluster.apply(self._stamped(manifest, found), manager)

        return self._write(manifest["kind"], manifest["metadata"], send)

    def apply_new(self, manifest: Manifest, manager: str = MANAGER) -> Manifest:
        """Create an object. Raises ClusterError with status 409 if it exists."""
        return self._create(lambda: self.cluster.apply_new(self._stamped(manifest, None), manager))

    def own_as_applied(self, found: Manifest, manager: str = MANAGER) -> Manifest:
        """Own the fields of an object that `apply_new` created as if it had been applied."""
        self.lease.ask()
        return self.cluster.own_as_applied(found, manager)

    def replace_field(self, manifest: Manifest, field: str) -> None:
        """Set `spec.<field>` (empty: all of `spec`) of an existing object to the manifest's value."""

        def send(found: Manifest | None) -> None:
            self.cluster.replace_field(self._stamped(manifest, found), field)

        self._write(manifest["kind"], manifest["metadata"], send)

    def create(self, manifest: Manifest) -> Manifest:
        """Create an object. Raises ClusterError with status 409 if it exists."""
        return self._create(lambda: self.cluster.create(self._stamped(manifest, None)))

    def replace(self, manifest: Manifest) -> Manifest:
        """Replace an object. Raises ClusterError with status 409 if it changed since it was read."""
        self.lease.compare(stamp_of(manifest))
        self.lease.ask()
        return self.cluster.replace(self._stamped(manifest, manifest))

    def delete(self, kind: str, name: str, namespace: str, version: str = "") -> None:
        """Delete an object and its dependents in the background. A missing object is not an error."""

        def send(found: Manifest | None) -> None:
            if found:
                self.cluster.delete(kind, name, namespace, version or found["metadata"]["resourceVersion"])

        self._write(kind, {"name": name, "namespace": namespace}, send)

    def log(self, pod: str, namespace: str, *, previous: bool = False, lines: int = 20) -> str:
        """Return the last log lines of a pod."""
        return self.cluster.log(pod, namespace, previous=previous, lines=lines)

    def now(self) -> datetime:
        """Ask the API server for the time of its clock."""
        return self.cluster.now()

    def take_over(self, namespace: str) -> None:
        """Stamp all objects of a namespace that a deployer writes.

        It is for a holder that took an expired Lease: the former holder may be suspended, and its writes
        must fail before this holder reads what it decides by. Afterwards the Lease is not `expired` any more.
        """
        for found in stamped_objects(self.cluster, namespace):
            metadata = {"name": found["metadata"]["name"], "namespace": namespace}
            self._write(found["kind"], metadata, self._restamp)
        self.lease.expired = False

    def _restamp(self, found: Manifest | None) -> None:
        if not found:
            return
        if found["kind"] == "ConfigMap":
            # A deployer's Role allows no patch of a ConfigMap.
            self.cluster.replace(self._stamped(found, found))
            return
        metadata = {key: found["metadata"][key] for key in ("name", "namespace") if key in found["metadata"]}
        bare = {"apiVersion": VERSIONS[found["kind"]], "kind": found["kind"], "metadata": metadata}
        self.cluster.apply(self._stamped(bare, found), STAMP_MANAGER)

    def _create(self, send: Callable[[], Manifest]) -> Manifest:
        self.lease.ask()
        try:
            return send()
        except ClusterError as error:
            if error.status == CONFLICT:
                # A later holder may have created the object.
                self.lease.ask()
            raise

    def _write(self, kind: str, metadata: Manifest, send: Callable[[Manifest | None], T]) -> T:

        def write() -> T:
            found = self.cluster.get(kind, metadata["name"], metadata.get("namespace"))
            self.lease.compare(stamp_of(found))
            self.lease.ask()
            return send(found)

        try:
            return repeat_on_conflict(write, ATTEMPTS)
        except ClusterError as error:
            if error.status == NOT_FOUND:
                # A later holder may have deleted the object.
                self.lease.ask()
            raise

    def _stamped(self, manifest: Manifest, found: Manifest | None) -> Manifest:
        return stamped(manifest, self.lease.transition, found)


if TYPE_CHECKING:

    def _is_a_cluster(fenced: FencedCluster) -> Cluster:
        return fenced

"""The operations of the Kubernetes API that the pipeline uses."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from seatrial.errors import OutsideError
from seatrial.kube.labels import MANAGER

Manifest = dict[str, Any]

FORBIDDEN = 403
NOT_FOUND = 404
CONFLICT = 409


class ClusterError(OutsideError):
    """The API server rejected a request; `status` is the HTTP status."""

    def __init__(self, message: str, status: int, hint: str = "") -> None:
        super().__init__(message, hint)
        self.status = status


class UnreachableError(OutsideError):
    """The API server sent no response, or a temporary error (429 or 5xx)."""


class Cluster(Protocol):
    """A Kubernetes cluster. Objects are plain dicts, as in a manifest.

    Every operation raises ClusterError if the API server rejects the request, and UnreachableError if
    it sends no response. An implementation may repeat a request that got no response, so a write can
    happen twice: the second `create` or `replace` then fails with status 409.
    """

    @property
    def kubectl(self) -> str:
        """The start of a kubectl command for this cluster, for messages."""
        ...

    def get(self, kind: str, name: str, namespace: str | None = None) -> Manifest | None:
        """Return an object, or None if it does not exist."""
        ...

    def list(self, kind: str, namespace: str, labels: str = "", fields: str = "") -> list[Manifest]:
        """Return the objects of a kind that match a label selector and a field selector.

        An empty `namespace` is for kinds that have none.
        """
        ...

    def apply(self, manifest: Manifest, manager: str = MANAGER) -> Manifest:
        """Apply a manifest server-side as the field manager `manager`, and return the object.

        The manifest takes precedence over other field managers. Fields that it does not set are unchanged.
        Raises ClusterError with status 409 if the manifest has a resource version that is not the object's.
        """
        ...

    def apply_new(self, manifest: Manifest, manager: str = MANAGER) -> Manifest:
        """Create an object. Raises ClusterError with status 409 if it exists.

        The manifest's fields belong to `manager` as if they had been edited, so `apply` would never remove
        one: `own_as_applied` has to be called before. Not at once: a load balancer writes a new Service too,
        and the API server loses a node port if two writes of a Service conflict.
        """
        ...

    def own_as_applied(self, found: Manifest, manager: str = MANAGER) -> Manifest:
        """Own the fields of an object that `apply_new` created as if it had been applied; return the object.

        Does nothing if it was applied. Raises ClusterError with status 409 if it changed since it was read.
        """
        ...

    def replace_field(self, manifest: Manifest, field: str) -> None:
        """Set `spec.<field>` of an existing object to the manifest's value.

        An empty `field` is all of `spec`. Unlike `apply`, this removes what others added to the field.
        Raises ClusterError with status 409 if the manifest has a resource version that is not the object's.
        """
        ...

    def create(self, manifest: Manifest) -> Manifest:
        """Create an object and return it. Raises ClusterError with status 409 if it exists."""
        ...

    def replace(self, manifest: Manifest) -> Manifest:
        """Replace an object and return it.

        Raises ClusterError with status 409 if the object's resource version is not the manifest's, and
        404 if the object does not exist.
        """
        ...

    def delete(self, kind: str, name: str, namespace: str, version: str = "") -> None:
        """Delete an object and its dependents in the background. A missing object is not an error.

        Raises ClusterError with status 409 if `version` is given and is not the object's resource version.
        """
        ...

    def log(self, pod: str, namespace: str, *, previous: bool = False, lines: int = 20) -> str:
        """Return the last `lines` log lines of a pod, or an empty string if there is no log.

        `previous` selects the log of the container's previous instance.
        """
        ...

    def now(self) -> datetime:
        """Ask the API server for the time of its clock, in UTC, to the second."""
        ...

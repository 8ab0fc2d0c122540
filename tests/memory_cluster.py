"""An in-memory Cluster with the API server's rules for names, labels and resource versions."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from seatrial.kube.protocol import CONFLICT, NOT_FOUND, Cluster, ClusterError, Manifest
from seatrial.runtime import SYSTEM, Runtime


@dataclass
class MemoryCluster:
    """A Cluster with one namespace: `namespace` arguments and field selectors are ignored.

    `objects` holds the objects by kind and name, `logs` the log of each pod, `calls` every `apply` and
    `delete`. `clock_offset` is the difference between the cluster's clock and the runtime's.
    """

    objects: dict[tuple[str, str], Manifest] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    clock_offset: timedelta = timedelta(0)
    runtime: Runtime = SYSTEM
    kubectl: str = "kubectl --context memory"
    _version: int = field(default=0, init=False)

    def get(self, kind: str, name: str, namespace: str | None = None) -> Manifest | None:  # noqa: ARG002
        """Return a copy of an object, or None."""
        return copy.deepcopy(self.objects.get((kind, name)))

    def list(
        self,
        kind: str,
        namespace: str,  # noqa: ARG002
        labels: str = "",
        fields: str = "",  # noqa: ARG002
    ) -> list[Manifest]:
        """Return copies of the objects that match a selector of `key=value` pairs."""
        wanted = dict(pair.split("=") for pair in labels.split(",") if pair)
        found = [each for (k, _), each in self.objects.items() if k == kind]
        return [copy.deepcopy(o) for o in found if wanted.items() <= o["metadata"].get("labels", {}).items()]

    def apply(self, manifest: Manifest, manager: str = "seatrial") -> Manifest:  # noqa: ARG002
        """Merge a manifest into the stored object."""
        self.calls.append(f"apply {manifest['kind']} {manifest['metadata']['name']}")
        self._compare(_key(manifest), manifest["metadata"])
        return self._store(_merged(self.objects.get(_key(manifest), {}), manifest))

    def apply_new(self, manifest: Manifest, manager: str = "seatrial") -> Manifest:
        """Store a new object. Raises ClusterError with status 409 if it exists."""
        if _key(manifest) in self.objects:
            raise ClusterError("the object exists", CONFLICT)
        return self.apply(manifest, manager)

    def own_as_applied(self, found: Manifest, manager: str = "seatrial") -> Manifest:  # noqa: ARG002
        """Return the object: fields have no owners here."""
        return found

    def replace_field(self, manifest: Manifest, field: str) -> None:
        """Replace a field below `spec`, or all of `spec`."""
        stored = self.objects[_key(manifest)]
        self._compare(_key(manifest), manifest["metadata"])
        if field:
            stored["spec"][field] = copy.deepcopy(manifest["spec"][field])
        else:
            stored["spec"] = copy.deepcopy(manifest["spec"])

    def create(self, manifest: Manifest) -> Manifest:
        """Store a new object. Raises ClusterError with status 409 if it exists."""
        if _key(manifest) in self.objects:
            raise ClusterError("the object exists", CONFLICT)
        return self._store(manifest)

    def replace(self, manifest: Manifest) -> Manifest:
        """Store a changed object. Raises ClusterError with status 409 on another resource version."""
        stored = self.objects.get(_key(manifest))
        if not stored:
            raise ClusterError("the object does not exist", NOT_FOUND)
        if stored["metadata"]["resourceVersion"] != manifest["metadata"]["resourceVersion"]:
            raise ClusterError("the object has been modified", CONFLICT)
        return self._store(manifest)

    def delete(self, kind: str, name: str, namespace: str, version: str = "") -> None:  # noqa: ARG002
        """Remove an object if it exists. Raises ClusterError with status 409 on another resource version."""
        self.calls.append(f"delete {kind} {name}")
        if (kind, name) in self.objects:
            self._compare((kind, name), {"resourceVersion": version})
        self.objects.pop((kind, name), None)

    def log(self, pod: str, namespace: str, *, previous: bool = False, lines: int = 20) -> str:  # noqa: ARG002
        """Return the pod's log, or an empty string."""
        return self.logs.get(pod, "")

    def now(self) -> datetime:
        """Return the time of the cluster's clock."""
        return self.runtime.now() + self.clock_offset

    def _compare(self, key: tuple[str, str], metadata: Manifest) -> None:
        stored = self.objects.get(key, {}).get("metadata", {})
        given = {name: metadata[name] for name in ("uid", "resourceVersion") if metadata.get(name)}
        # As in the API server, a resource version alone does not keep `apply` from creating an object.
        creates = not stored and len(given) < 2
        if not creates and any(stored.get(name) != value for name, value in given.items()):
            raise ClusterError("the object has been modified", CONFLICT)

    def _store(self, manifest: Manifest) -> Manifest:
        self._version += 1
        stored = copy.deepcopy(manifest)
        before = self.objects.get(_key(stored), {"metadata": {}})["metadata"]
        given = stored["metadata"].get("uid") or f"uid-{self._version}"
        stored["metadata"]["uid"] = before.get("uid", given)
        stored["metadata"]["resourceVersion"] = str(self._version)
        self.objects[_key(stored)] = stored
        return copy.deepcopy(stored)


def _key(manifest: Manifest) -> tuple[str, str]:
    return manifest["kind"], manifest["metadata"]["name"]


def _merged(stored: Manifest, manifest: Manifest) -> Manifest:
    merged = {**stored, **manifest}
    for key in stored.keys() & manifest.keys():
        if isinstance(stored[key], dict) and isinstance(manifest[key], dict):
            merged[key] = _merged(stored[key], manifest[key])
    return merged


if TYPE_CHECKING:
    _: Cluster = MemoryCluster()

# ruff: noqa: ARG002
"""A namespace in memory that keeps the API server's rules about names, labels and versions."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from seatrial.kube.client import ClusterError

Manifest = dict[str, Any]


@dataclass
class MemoryCluster:
    """What the release asks of a cluster, without one."""

    objects: dict[tuple[str, str], Manifest] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    version: int = 0
    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        """Return the time by the cluster's clock, which may be ahead of this machine's."""
        return datetime.now(UTC) + self.ahead

    def get(self, kind: str, name: str, namespace: str | None = None) -> Manifest | None:
        """Return an object, or None."""
        return copy.deepcopy(self.objects.get((kind, name)))

    def list(self, kind: str, namespace: str, labels: str = "", fields: str = "") -> list[Manifest]:
        """Return the objects that carry the labels."""
        wanted = dict(pair.split("=") for pair in labels.split(",") if pair)
        found = [each for (k, _), each in self.objects.items() if k == kind]
        return [copy.deepcopy(o) for o in found if wanted.items() <= o["metadata"].get("labels", {}).items()]

    def apply(self, manifest: Manifest, manager: str = "seatrial") -> Manifest:
        """Store a manifest; what somebody else added to the object stays."""
        self.calls.append(f"apply {manifest['kind']} {manifest['metadata']['name']}")
        known = self.objects.get((manifest["kind"], manifest["metadata"]["name"]), {})
        return self._store(_merged(known, manifest))

    def take_back(self, manifest: Manifest, field: str) -> None:
        """Replace a field below `spec`, or all of it."""
        known = self.objects[(manifest["kind"], manifest["metadata"]["name"])]
        if field:
            known["spec"][field] = copy.deepcopy(manifest["spec"][field])
        else:
            known["spec"] = copy.deepcopy(manifest["spec"])

    def create(self, manifest: Manifest) -> Manifest:
        """Store what is not there yet."""
        if (manifest["kind"], manifest["metadata"]["name"]) in self.objects:
            raise ClusterError("it exists", 409)
        return self._store(manifest)

    def replace(self, manifest: Manifest) -> Manifest:
        """Store what has not changed since it was read."""
        known = self.objects.get((manifest["kind"], manifest["metadata"]["name"]))
        if not known:
            raise ClusterError("it is gone", 404)
        if known["metadata"]["resourceVersion"] != manifest["metadata"]["resourceVersion"]:
            raise ClusterError("it has changed", 409)
        return self._store(manifest)

    def delete(self, kind: str, name: str, namespace: str) -> None:
        """Remove an object."""
        self.calls.append(f"delete {kind} {name}")
        self.objects.pop((kind, name), None)

    def log(self, pod: str, namespace: str, *, previous: bool = False, lines: int = 20) -> str:
        """Return a pod's log."""
        return self.logs.get(pod, "")

    def _store(self, manifest: Manifest) -> Manifest:
        self.version += 1
        stored = copy.deepcopy(manifest)
        stored["metadata"]["resourceVersion"] = str(self.version)
        self.objects[(stored["kind"], stored["metadata"]["name"])] = stored
        return copy.deepcopy(stored)


def _merged(known: Manifest, manifest: Manifest) -> Manifest:
    merged = {**known, **manifest}
    for key in known.keys() & manifest.keys():
        if isinstance(known[key], dict) and isinstance(manifest[key], dict):
            merged[key] = _merged(known[key], manifest[key])
    return merged

"""The API server of one cluster: objects with resource versions, and the rules for writing them."""

from __future__ import annotations

import marshal
from collections.abc import Callable
from typing import Any

from seatrial.kube.protocol import CONFLICT, NOT_FOUND, ClusterError, Manifest
from simulation.controllers import Controllers

Key = tuple[str, str]


def clone(manifest: Manifest) -> Manifest:
    """Return a deep copy of plain data."""
    copied: Manifest = marshal.loads(marshal.dumps(manifest))
    return copied


class ApiServer:
    """The objects of one namespace. `now` is the cluster's clock in seconds.

    `version` changes with every change that a reader could see, of pods too.
    """

    def __init__(self, environment: str, now: Callable[[], float]) -> None:
        self.environment = environment
        self.objects: dict[Key, Manifest] = {}
        self.version = 0
        # Each object as marshalled at its resource version, since most copies are of unchanged objects.
        self._packed: dict[Key, tuple[str, bytes]] = {}
        self.controllers = Controllers(self, now)

    def get(self, kind: str, name: str) -> Manifest | None:
        """Return a copy of an object with its status, or None."""
        found = self.objects.get((kind, name))
        if kind == "Namespace":
            return {"kind": kind, "metadata": {"name": name, "uid": name}}
        return self._copy(found) if found else None

    def list(self, kind: str, labels: str = "") -> list[Manifest]:
        """Return copies of the objects that match a selector of `key=value` pairs."""
        wanted = dict(pair.split("=") for pair in labels.split(",") if pair).items()
        if kind == "Pod":
            return [
                each
                for each in self.controllers.pod_objects()
                if wanted <= each["metadata"]["labels"].items()
            ]
        if kind == "Node":
            return self.controllers.nodes()
        found = [each for (k, _), each in self.objects.items() if k == kind]
        return [self._copy(each) for each in found if wanted <= each["metadata"].get("labels", {}).items()]

    def apply(self, manifest: Manifest) -> Manifest:
        """Merge a manifest into the object, or create it.

        With a resource version only, an object that was deleted is created again; with its uid it is 409.
        """
        stored = self.objects.get(_key(manifest))
        self._require_same(stored, manifest["metadata"])
        return self._store(clone(_merged(stored, manifest) if stored else manifest), stored)

    def replace_field(self, manifest: Manifest, field: str) -> None:
        """Set `spec.<field>` (empty: all of `spec`) of an existing object."""
        stored = self._existing(manifest)
        self._require_same(stored, manifest["metadata"])
        changed = clone(stored)
        if field:
            changed["spec"][field] = manifest["spec"][field]
        else:
            changed["spec"] = manifest["spec"]
        self._store(clone(changed), stored)

    def create(self, manifest: Manifest) -> Manifest:
        """Create an object; 409 if it exists."""
        if _key(manifest) in self.objects:
            raise ClusterError(f"{_key(manifest)} already exists", CONFLICT)
        return self._store(clone(manifest), None)

    def replace(self, manifest: Manifest) -> Manifest:
        """Replace an object; 409 if its resource version is another, 404 if it does not exist."""
        stored = self._existing(manifest)
        self._require_same(stored, manifest["metadata"])
        return self._store(clone(manifest), stored)

    def delete(self, kind: str, name: str, version: str = "") -> None:
        """Delete an object if it exists; 409 if its resource version is not `version`."""
        stored = self.objects.get((kind, name))
        if stored is None:
            return
        self._require_same(stored, {"resourceVersion": version})
        del self.objects[kind, name]
        self.version += 1
        if kind == "Deployment":
            self.controllers.deployment_deleted(name)

    def touch(self) -> None:
        """Note that something changed that is not an object of this server."""
        self.version += 1

    def _existing(self, manifest: Manifest) -> Manifest:
        try:
            return self.objects[_key(manifest)]
        except KeyError:
            raise ClusterError(f"{_key(manifest)} not found", NOT_FOUND) from None

    def _require_same(self, stored: Manifest | None, metadata: Manifest) -> None:
        keys = ("uid", "resourceVersion") if stored else ("uid",)
        found = stored["metadata"] if stored else {}
        if any(metadata.get(key) and metadata[key] != found.get(key) for key in keys):
            raise ClusterError("the object has been modified", CONFLICT)

    def _store(self, body: Manifest, before: Manifest | None) -> Manifest:
        metadata = body["metadata"]
        metadata.pop("generation", None)
        body.pop("status", None)
        if before is not None:
            old = before["metadata"]
            metadata.update({key: old[key] for key in ("uid", "resourceVersion", "generation")})
            if body == before:
                return self._copy(before)
        changed = before is None or body.get("spec") != before.get("spec")
        self.version += 1
        metadata["resourceVersion"] = str(self.version)
        metadata["uid"] = before["metadata"]["uid"] if before else f"uid-{self.version}"
        metadata["generation"] = (before["metadata"]["generation"] if before else 0) + changed
        self.objects[_key(body)] = body
        if changed:
            self.controllers.spec_changed(body)
        return self._copy(body)

    def _copy(self, stored: Manifest) -> Manifest:
        """Return a copy of an object with its status."""
        version, packed = self._packed.get(_key(stored), ("", b""))
        if version != stored["metadata"]["resourceVersion"]:
            version, packed = stored["metadata"]["resourceVersion"], marshal.dumps(stored)
            self._packed[_key(stored)] = version, packed
        return self.controllers.with_status(marshal.loads(packed))


def _key(manifest: Manifest) -> Key:
    return manifest["kind"], manifest["metadata"]["name"]


def _merged(stored: Manifest, manifest: Manifest) -> Manifest:
    merged: dict[str, Any] = {**stored}
    for key, value in manifest.items():
        old = stored.get(key)
        merged[key] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged

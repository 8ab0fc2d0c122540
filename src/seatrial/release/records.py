"""The release records of an environment: one ConfigMap each, in the environment's namespace."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ValidationError

from seatrial.analysis.baseline import Baseline
from seatrial.errors import OutsideError
from seatrial.kube.labels import MANAGED, MANAGED_SELECTOR, MANAGER, PART, RELEASE
from seatrial.kube.protocol import CONFLICT, Cluster, ClusterError, Manifest
from seatrial.release.record import OPEN, Change, Manifests, Record, State
from seatrial.results import Check
from seatrial.runtime import SYSTEM, Runtime

DOCUMENT = "record.json"
MANIFESTS = "manifests.json.gz"


@dataclass(frozen=True)
class Records:
    """Reads and writes the records of one namespace; `user` is recorded with each change."""

    cluster: Cluster
    namespace: str
    user: str
    runtime: Runtime = SYSTEM

    def all(self) -> list[Record]:
        """Return every record, oldest first.

        Fields that this version does not have are ignored. Raises OutsideError if a record is malformed.
        """
        found = self.cluster.list("ConfigMap", self.namespace, labels=f"{MANAGED_SELECTOR},{PART}=record")
        return sorted((_parse(each) for each in found), key=lambda record: record.number)

    def stable(self) -> Record | None:
        """Return the last accepted release.

        There may be two if a process ended between two writes: the later one is returned.
        """
        return max((r for r in self.all() if r.state == "stable"), key=lambda r: r.since, default=None)

    def unfinished(self) -> list[Record]:
        """Return the releases that were begun and not ended, newest first."""
        return [record for record in reversed(self.all()) if record.state in OPEN]

    def pending(self) -> Record | None:
        """Return the release that is switched and not accepted yet."""
        return next((record for record in self.unfinished() if record.state == "pending"), None)

    def find(self, release: str) -> Record | None:
        """Return a release by its name."""
        return next((record for record in self.all() if record.release == release), None)

    def change(self, state: State, detail: str = "", at: datetime | None = None) -> Change:
        """Return a change of state by this user, at `at` or now."""
        return Change(state=state, at=at or self.runtime.now(), by=self.user, detail=detail)

    def create(self, record: Record, manifests: Manifests) -> Record:
        """Create the record of a release, before any of its objects is applied."""
        packed = gzip.compress(manifests.model_dump_json().encode(), mtime=0)
        body = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": _name(record),
                "namespace": self.namespace,
                "labels": {MANAGED: MANAGER, PART: "record", RELEASE: record.release},
            },
            "data": {DOCUMENT: record.model_dump_json(indent=2)},
            "binaryData": {MANIFESTS: base64.b64encode(packed).decode()},
        }
        try:
            return _parse(self.cluster.create(body))
        except ClusterError as error:
            # The first request may have succeeded although its response was lost.
            if error.status != CONFLICT or self.find(record.release) != record:
                raise
            return record

    def move(
        self,
        record: Record,
        state: State,
        detail: str = "",
        verdicts: tuple[Check, ...] = (),
        baseline: Baseline | None = None,
        at: datetime | None = None,
    ) -> Record:
        """Append a change of state to a record and return the record.

        `at` is the time of the change, if it is not now. Fields that this version does not have are kept.
        """
        change = self.change(state, detail, at)
        given = {"verdicts": verdicts, "baseline": baseline}
        updates = {name: value for name, value in given.items() if value}
        try:
            return self._write(record, change, updates)
        except ClusterError as error:
            # The first request may have succeeded although its response was lost.
            if error.status != CONFLICT:
                raise
            return self._write(record, change, updates)

    def _write(self, record: Record, change: Change, updates: Mapping[str, Any]) -> Record:
        body = self._body(record)
        found = _parse(body)
        if found.history[-1] == change:
            return found
        # The document is edited, not replaced, so that fields of other versions stay.
        document = json.loads(body["data"][DOCUMENT])
        document["history"].append(change.model_dump(mode="json"))
        document.update({name: _as_json(value) for name, value in updates.items()})
        body["data"][DOCUMENT] = json.dumps(document, indent=2)
        return _parse(self.cluster.replace(body))

    def manifests(self, record: Record) -> Manifests:
        """Return the manifests that a release applied."""
        packed = base64.b64decode(self._body(record)["binaryData"][MANIFESTS])
        return Manifests.model_validate_json(gzip.decompress(packed), extra="ignore")

    def trim(self, keep: int) -> None:
        """Delete the oldest records beyond `keep`, except stable, unfinished and previous stable ones."""
        records, stable = self.all(), self.stable()
        kept = {stable.release, stable.previous} if stable else set()
        for record in records[:-keep]:
            if record.release not in kept and record.state not in OPEN:
                self.cluster.delete("ConfigMap", _name(record), self.namespace)

    def _body(self, record: Record) -> Manifest:
        found = self.cluster.get("ConfigMap", _name(record), self.namespace)
        if not found:
            raise OutsideError(
                f"the record of {record.release} no longer exists",
                f"kubectl get configmaps -n {self.namespace} lists the others",
            )
        return found


def _name(record: Record) -> str:
    return f"release-{record.number}"


def _as_json(value: BaseModel | tuple[BaseModel, ...]) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return [each.model_dump(mode="json") for each in value]


def _parse(body: Manifest) -> Record:
    try:
        return Record.model_validate_json(body["data"][DOCUMENT], extra="ignore")
    except (KeyError, ValidationError) as error:
        name = f"{body['metadata'].get('namespace', '')}/{body['metadata']['name']}"
        raise OutsideError(
            f"ConfigMap {name} is not a valid release record", "restore or delete it"
        ) from error

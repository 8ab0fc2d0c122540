"""What was released where, by whom, and how it ended: ConfigMaps in the environment's own namespace."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import ValidationError

from seatrial.analysis.baseline import Baseline
from seatrial.errors import OutsideError
from seatrial.kube.labels import MANAGED, MANAGED_SELECTOR, MANAGER, PART, RELEASE
from seatrial.kube.protocol import CONFLICT, Cluster, ClusterError, Manifest
from seatrial.release.record import OPEN, Change, Manifests, Record, State
from seatrial.results import Check


@dataclass(frozen=True)
class Records:
    """The releases of one environment, as its namespace knows them."""

    cluster: Cluster
    namespace: str
    who: str

    def all(self) -> list[Record]:
        """Return every record, oldest first."""
        found = self.cluster.list("ConfigMap", self.namespace, labels=f"{MANAGED_SELECTOR},{PART}=record")
        return sorted((_read(each) for each in found), key=lambda record: record.number)

    def stable(self) -> Record | None:
        """Return the last accepted release.

        A runner that died between two writes may leave two of them: the later one counts.
        """
        return max((r for r in self.all() if r.state == "stable"), key=lambda r: r.since, default=None)

    def unfinished(self) -> list[Record]:
        """Return the releases that somebody began and has not ended, newest first."""
        return [record for record in reversed(self.all()) if record.state in OPEN]

    def pending(self) -> Record | None:
        """Return the release that waits for its verdict."""
        return next((record for record in self.unfinished() if record.state == "pending"), None)

    def find(self, release: str) -> Record | None:
        """Return a release by its name."""
        return next((record for record in self.all() if record.release == release), None)

    def change(self, state: State, detail: str = "", at: datetime | None = None) -> Change:
        """Return a change of state by whoever this is, now or at another time."""
        return Change(state=state, at=at or datetime.now(UTC), by=self.who, detail=detail)

    def create(self, record: Record, manifests: Manifests) -> Record:
        """Record a release before any of its objects is applied."""
        packed = gzip.compress(manifests.model_dump_json().encode(), mtime=0)
        body = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": _name(record),
                "namespace": self.namespace,
                "labels": {MANAGED: MANAGER, PART: "record", RELEASE: record.release},
            },
            "data": {"record.json": record.model_dump_json(indent=2)},
            "binaryData": {"manifests.json.gz": base64.b64encode(packed).decode()},
        }
        try:
            return _read(self.cluster.create(body))
        except ClusterError as error:
            # A cluster that was away may have done it without saying so, before it was asked again.
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
        """Bring a release into a state and return it; what it was stays in its history.

        `at` says since when it is in that state, if not since now.
        """
        change = self.change(state, detail, at)
        found = {"verdicts": verdicts, "baseline": baseline}
        news = {name: value for name, value in found.items() if value}
        try:
            return self._write(record, change, news)
        except ClusterError as error:
            # As when one is created: it may have been done already.
            if error.status != CONFLICT:
                raise
            return self._write(record, change, news)

    def _write(self, record: Record, change: Change, news: Mapping[str, object]) -> Record:
        body = self._body(record)
        found = _read(body)
        if found.history[-1] == change:
            return found
        history = (*found.history, change)
        moved = found.model_copy(update={**news, "history": history})
        body["data"]["record.json"] = moved.model_dump_json(indent=2)
        return _read(self.cluster.replace(body))

    def manifests(self, record: Record) -> Manifests:
        """Return what a release applied."""
        packed = base64.b64decode(self._body(record)["binaryData"]["manifests.json.gz"])
        return Manifests.model_validate(json.loads(gzip.decompress(packed)))

    def trim(self, keep: int) -> None:
        """Remove the oldest records beyond `keep`; never a stable one, what it returns to, or an open one."""
        records, stable = self.all(), self.stable()
        kept = {stable.release, stable.previous} if stable else set()
        for record in records[:-keep]:
            if record.release not in kept and record.state not in OPEN:
                self.cluster.delete("ConfigMap", _name(record), self.namespace)

    def _body(self, record: Record) -> Manifest:
        found = self.cluster.get("ConfigMap", _name(record), self.namespace)
        if not found:
            raise OutsideError(
                f"the record of {record.release} is gone", "kubectl get configmaps shows the rest"
            )
        return found


def _name(record: Record) -> str:
    return f"release-{record.number}"


def _read(body: Manifest) -> Record:
    try:
        return Record.model_validate_json(body["data"]["record.json"])
    except (KeyError, ValidationError) as error:
        name = body["metadata"]["name"]
        raise OutsideError(f"ConfigMap {name} is no release record", "restore or delete it") from error

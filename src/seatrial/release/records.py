"""The release records of an environment: one ConfigMap each, in the environment's namespace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from seatrial.analysis.baseline import Baseline
from seatrial.errors import OutsideError
from seatrial.kube.conflicts import repeat_on_conflict
from seatrial.kube.labels import MANAGED_SELECTOR, PART
from seatrial.kube.protocol import CONFLICT, Cluster, ClusterError, Manifest
from seatrial.release.order import base_of, newest_of, pending_of, previous_of, stable_of, unfinished_of
from seatrial.release.record import OPEN, Change, Hold, Manifests, Record, State
from seatrial.release.record_document import append, edit, manifests_of, name_of, new_body, parse
from seatrial.results import Check
from seatrial.runtime import SYSTEM, Runtime

ATTEMPTS = 5


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
        return sorted((parse(each) for each in found), key=lambda record: record.number)

    def stable(self) -> Record | None:
        """Return the last accepted release.

        There may be two if a process ended between two writes. The one with the higher number replaced the
        other, unless the other's history has a return from it (a rollback of an older version).
        """
        return stable_of(self.all())

    def newest(self) -> Record | None:
        """Return the release that a rollback is about.

        See `newest_of`.
        """
        return newest_of(self.all())

    def unfinished(self) -> list[Record]:
        """Return the releases that were begun and not ended, newest first."""
        return unfinished_of(self.all())

    def pending(self) -> Record | None:
        """Return the release that is switched and not accepted yet: of two the one that was begun later."""
        return pending_of(self.all())

    def returning(self) -> Record | None:
        """Return the release that an unfinished rollback returns to."""
        return next((record for record in self.unfinished() if record.state == "returning"), None)

    def base(self, record: Record) -> Record | None:
        """Return the release that undoing one leads to: its fallback while pending, else the stable one."""
        return base_of(self.all(), record)

    def previous(self, stable: Record) -> Record | None:
        """Return the release that a rollback from the stable one returns to, if it is still recorded."""
        return previous_of(self.all(), stable)

    def find(self, release: str) -> Record | None:
        """Return a release by its name."""
        return next((record for record in self.all() if record.release == release), None)

    def change(self, state: State, detail: str = "", at: datetime | None = None) -> Change:
        """Return a change of state by this user, at `at` or now."""
        return Change(state=state, at=at or self.runtime.now(), by=self.user, detail=detail)

    def create(self, record: Record, manifests: Manifests) -> Record:
        """Create the record of a release, before any of its objects is applied."""
        try:
            return parse(self.cluster.create(new_body(record, manifests, self.namespace)))
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

        `at` is the time of the change, if it is not now. Raises HeldError if the stored record is no longer
        in the state of `record`: then another deployer has changed it.
        """
        new = self.change(state, detail, at)
        given = {"verdicts": verdicts, "baseline": baseline}

        def change(body: Manifest) -> bool:
            edit(body, {name: value for name, value in given.items() if value})
            return append(body, record, new)

        return self._update(record, change)

    def put_hold(self, record: Record, why: str) -> Record:
        """Hold a release until `lift_hold`; a hold that it has already stays as it is."""
        hold = Hold(at=self.runtime.now(), by=self.user, why=why)

        def change(body: Manifest) -> bool:
            held = parse(body).hold is not None
            edit(body, {"hold": hold})
            return not held

        return self._update(record, change)

    def lift_hold(self, record: Record) -> Record:
        """Remove the hold of a release."""

        def change(body: Manifest) -> bool:
            edit(body, {"hold": None})
            return True

        return self._update(record, change)

    def _update(self, record: Record, change: Callable[[Manifest], bool]) -> Record:
        """Change a record's ConfigMap, unless `change` returns False; return the record as it is then."""

        def write() -> Record:
            body = self._body(record)
            found = parse(body)
            return parse(self.cluster.replace(body)) if change(body) else found

        return repeat_on_conflict(write, ATTEMPTS)

    def manifests(self, record: Record) -> Manifests:
        """Return the manifests that a release applied."""
        return manifests_of(self._body(record))

    def trim(self, keep: int) -> None:
        """Delete the oldest records beyond `keep`, except stable, previous, unfinished and held ones."""
        records, stable = self.all(), self.stable()
        previous = previous_of(records, stable) if stable else None
        kept = {each.release for each in (stable, previous) if each} | (
            {stable.previous} if stable else set()
        )
        for record in records[:-keep]:
            if record.release not in kept and record.state not in OPEN and not record.hold:
                self.cluster.delete("ConfigMap", name_of(record), self.namespace)

    def _body(self, record: Record) -> Manifest:
        found = self.cluster.get("ConfigMap", name_of(record), self.namespace)
        if not found:
            raise OutsideError(
                f"the record of {record.release} no longer exists",
                f"{self.cluster.kubectl} -n {self.namespace} get configmaps lists the others",
            )
        return found

"""The release records as a cluster has them, read without the code under test."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from seatrial.kube.protocol import Manifest
from seatrial.release.record import OPEN
from simulation.server import ApiServer


@dataclass(frozen=True)
class RecordView:
    """A release record as the cluster has it.

    `source` is the working state and the model; `details` are those of its changes of state.
    """

    number: int
    release: str
    slot: str
    digest: str
    previous: str
    fallback: str
    source: tuple[str, str]
    held: bool
    states: tuple[str, ...]
    details: tuple[str, ...]

    @property
    def state(self) -> str:
        """The present state."""
        return self.states[-1]

    @property
    def open(self) -> bool:
        """Whether the release is not finished."""
        return self.state in OPEN


@dataclass
class RecordReader:
    """Reads the records of one cluster again only when they have changed."""

    _version: int = -1
    _records: list[RecordView] = field(default_factory=list)
    _views: dict[str, tuple[str, RecordView]] = field(default_factory=dict)

    def records(self, server: ApiServer) -> list[RecordView]:
        """Return the records, oldest first."""
        if self._version != server.version:
            found = [
                self._view(name, body) for (kind, name), body in server.objects.items() if kind == "ConfigMap"
            ]
            self._version, self._records = server.version, sorted(found, key=lambda record: record.number)
        return self._records

    def _view(self, name: str, body: Manifest) -> RecordView:
        version = body["metadata"]["resourceVersion"]
        known = self._views.get(name)
        if not known or known[0] != version:
            self._views[name] = known = version, _parse(body)
        return known[1]


def _parse(body: Manifest) -> RecordView:
    found = json.loads(body["data"]["record.json"])
    return RecordView(
        number=found["number"],
        release=found["release"],
        slot=found["slot"],
        digest=found["reference"].rpartition("@")[2],
        previous=found.get("previous", ""),
        fallback=found.get("fallback", ""),
        source=(found["working_state"], found["model"]["digest"]),
        held=bool(found.get("hold")),
        states=tuple(each["state"] for each in found["history"]),
        details=tuple(each.get("detail", "") for each in found["history"]),
    )

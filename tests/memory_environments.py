# ruff: noqa: ARG002
"""Environments over in-memory clusters, with recorded and running releases."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from memory_cluster import MemoryCluster
from seatrial.errors import OutsideError
from seatrial.kube.labels import MANAGED, MANAGER, PART, RELEASE, SLOT
from seatrial.release.record import Manifests, Record
from seatrial.release.records import Records
from seatrial.release.services import Services
from seatrial.results import Artefact, Check
from seatrial.runtime import Runtime
from seatrial.settings import Environment, Settings
from seatrial.system import SERVICES

MODEL = Artefact(name="colours", version="1.0.0", digest="sha256:" + "d" * 64)
REGISTRY = "registry.test:5000"


def digest(letter: str) -> str:
    """Return a digest of one repeated hexadecimal letter."""
    return f"sha256:{letter * 64}"


@dataclass
class Environments:
    """In-memory clusters by the name of their environment; those in `unreachable` are unreachable."""

    settings: Settings
    clusters: dict[str, MemoryCluster] = field(default_factory=dict)
    unreachable: set[str] = field(default_factory=set)

    @property
    def services(self) -> Services:
        """The real services, with these clusters."""
        return replace(SERVICES, connect=self.connect)

    def connect(
        self, kubeconfig: str, context: str, cache: Path, patience: float, runtime: Runtime
    ) -> MemoryCluster:
        """Return the cluster of a context."""
        if context in self.unreachable:
            raise OutsideError(f"cluster {context} does not answer")
        return self.clusters[context]

    def release(self, env: str, number: int, letter: str, *states: Any, **fields: Any) -> Record:
        """Record a release of the image `digest(letter)` that went through `states`; it has no objects."""
        records = Records(self.clusters[env], env, "somebody@host/1")
        values = {
            "number": number,
            "release": f"{env}-{number}",
            "environment": env,
            "slot": "blue" if number % 2 else "green",
            "reference": f"{REGISTRY}/classifier@{digest(letter)}",
            "model": MODEL,
            "golden_digest": digest("e"),
            "revision": f"{letter * 7}c0ffee",
            "working_state": f"tree-{letter}",
            "lock_digest": digest("f"),
            "suite": "c0ffee",
            "verdicts": (Check(name="GET /", passed=True, detail="200"),),
            "history": (records.change("candidate"),),
        }
        record = Record.model_validate({**values, **fields})
        record = records.create(record, Manifests(slot=[], shared=[]))
        for state in states:
            record = records.move(record, state)
        return record

    def serve(self, record: Record, image: str = "") -> None:
        """Make a release live, with a pod that runs its image or `image`."""
        cluster, labels = self.clusters[record.environment], {MANAGED: MANAGER, RELEASE: record.release}
        pod = {"containers": [{"name": "classifier", "image": image or str(record.reference)}]}
        spec = {"selector": {SLOT: record.slot, RELEASE: record.release}}
        status = {"loadBalancer": {"ingress": [{"ip": "127.0.0.1"}]}}
        metadata = {"name": "classifier", "labels": {**labels, PART: "shared"}}
        cluster.apply({"kind": "Service", "metadata": metadata, "spec": spec, "status": status})
        cluster.apply(
            {
                "kind": "Deployment",
                "metadata": {"name": f"classifier-{record.slot}", "labels": labels},
                "spec": {"template": {"spec": pod}},
                "status": {"availableReplicas": 2},
            }
        )
        name = f"classifier-{record.slot}-{record.number}"
        cluster.apply({"kind": "Pod", "metadata": {"name": name, "labels": labels}})


def make_environments(settings: Settings) -> Environments:
    """Return in-memory environments `staging` and `production`, to which nothing was released."""
    configured = {
        name: Environment(namespace=name, overlay="none", host=f"{name}.test", context=name)
        for name in ("staging", "production")
    }
    configured["production"] = configured["production"].model_copy(update={"approval": "person"})
    changed = {
        "environments": configured,
        "registry": settings.registry.model_copy(update={"address": REGISTRY}),
    }
    found = Environments(settings.model_copy(update=changed))
    for name in configured:
        found.clusters[name] = MemoryCluster()
        found.clusters[name].apply({"kind": "Namespace", "metadata": {"name": name}})
    return found

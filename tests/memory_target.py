"""The environment `local` over an in-memory cluster, and the objects that its releases apply."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from memory_cluster import MemoryCluster
from seatrial.kube.labels import MANAGED, PART, RELEASE, SLOT
from seatrial.kube.slots import Slots
from seatrial.release.record import Manifests
from seatrial.release.records import Records
from seatrial.release.target import Target
from seatrial.settings import Environment, Settings, load
from seatrial.system import SERVICES
from seatrial.workspace import Workspace

ROOT = Path(__file__).parents[1]


def memory_target(cluster: MemoryCluster, folder: Path) -> Target:
    """Return the target `local` of a workspace in `folder`; its waits end after a second."""
    (folder / "seatrial.toml").write_bytes((ROOT / "seatrial.toml").read_bytes())
    workspace = Workspace(folder, "trial")
    settings = load(workspace)
    short = settings.environment("local").model_copy(update={"address_seconds": 1.0, "rollout_seconds": 1.0})
    services = replace(SERVICES, connect=lambda *_: cluster)
    return Target(_with(settings, short), workspace, "local", services, 0)


def unfenced_records(target: Target) -> Records:
    """Return the records as written without the Lease, to prepare an environment."""
    return Records(target.cluster, target.environment.namespace, "somebody@host/1", target.services.runtime)


def unfenced_slots(target: Target) -> Slots:
    """Return the slots as written without the Lease, to prepare an environment."""
    return Slots(target.cluster, target.environment.namespace, target.services.runtime)


def _with(settings: Settings, environment: Environment) -> Settings:
    return settings.model_copy(update={"environments": {"local": environment}})


def manifests_of(number: int) -> Manifests:
    """Return the manifests of a release: the Deployment of its slot, and the live Service that selects it."""
    slot = "blue" if number % 2 else "green"
    release = f"trial-{number}"
    labels = {MANAGED: "seatrial", RELEASE: release}
    deployment = {
        "kind": "Deployment",
        "metadata": {"name": f"classifier-{slot}", "generation": 1, "labels": {**labels, SLOT: slot}},
        "spec": {"replicas": 2},
        "status": {"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2},
    }
    service = {
        "kind": "Service",
        "metadata": {"name": "classifier", "labels": {**labels, PART: "shared"}},
        "spec": {"selector": {SLOT: slot, RELEASE: release}},
        "status": {"loadBalancer": {"ingress": [{"ip": "127.0.0.9"}]}},
    }
    return Manifests(slot=[deployment], shared=[service])

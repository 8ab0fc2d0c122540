"""The environment `local` in memory, and the objects that its releases apply."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from memory_cluster import MemoryCluster
from seatrial.kube.labels import MANAGED, PART, RELEASE, SLOT
from seatrial.release.record import Manifests
from seatrial.release.target import Target
from seatrial.settings import Environment, Settings, load
from seatrial.system import SERVICES
from seatrial.workspace import Workspace

ROOT = Path(__file__).parents[1]


def memory_target(cluster: MemoryCluster, folder: Path) -> Target:
    """Return the environment `local` of a checkout in a folder; it waits for nothing longer than a second."""
    (folder / "seatrial.toml").write_bytes((ROOT / "seatrial.toml").read_bytes())
    workspace = Workspace(folder, "trial")
    settings = load(workspace)
    quick = settings.environment("local").model_copy(update={"address_seconds": 1.0, "rollout_seconds": 1.0})
    services = replace(SERVICES, connect=lambda *_: cluster)
    return Target(_with(settings, quick), workspace, "local", services, 0)


def _with(settings: Settings, environment: Environment) -> Settings:
    return settings.model_copy(update={"environments": {"local": environment}})


def manifests_of(number: int) -> Manifests:
    """Return what a release applies: a slot of its own, and the Service that sends users there."""
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

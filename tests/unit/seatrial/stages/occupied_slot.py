"""A slot that still has the objects and pods of an earlier release, in virtual time."""

from __future__ import annotations

from seatrial.kube.labels import MANAGED, MANAGER, RELEASE, SLOT, Slot, deployment
from seatrial.kube.protocol import Manifest
from virtual_environment import VirtualEnvironment

TERMINATION_SECONDS = 20


def fill_slot_before(virtual: VirtualEnvironment, slot: Slot, release: str) -> list[str]:
    """Put a paused Deployment and a pod into a slot; the pod ends some time after the Deployment.

    The returned list receives the pods that exist whenever the replicas of `release` are started.
    """
    labels = {MANAGED: MANAGER, SLOT: slot, RELEASE: "local-0"}
    metadata = {"name": deployment(slot), "labels": labels}
    left: Manifest = {"kind": "Deployment", "metadata": metadata, "spec": {"replicas": 1, "paused": True}}
    virtual.cluster.apply(left)
    virtual.cluster.apply({"kind": "Pod", "metadata": {"name": "left", "labels": labels}, "spec": {}})
    pods_at_start: list[str] = []

    def terminate() -> None:
        while ("Deployment", deployment(slot)) in virtual.cluster.objects:
            virtual.clock.sleep(1)
        virtual.clock.sleep(TERMINATION_SECONDS)
        virtual.cluster.delete("Pod", "left", "local")

    def note_pods(started: str) -> bool:
        if started == release:
            pods_at_start.extend(name for kind, name in virtual.cluster.objects if kind == "Pod")
        return True

    virtual.cluster.ready = note_pods
    virtual.clock.start(terminate)
    return pods_at_start

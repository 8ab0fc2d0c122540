"""The names, labels and API versions of a release's objects."""

from __future__ import annotations

from typing import Literal

Slot = Literal["blue", "green"]
SLOTS: tuple[Slot, ...] = ("blue", "green")

APP = "classifier"
LIVE = "classifier"
PREVIEW = "classifier-preview"
PULL_SECRET = "registry"  # noqa: S105 - the name of a Secret
LEASE = "seatrial"
MANAGER = "seatrial"

PART = "seatrial.io/part"
SLOT = "seatrial.io/slot"
RELEASE = "seatrial.io/release"
MANAGED = "app.kubernetes.io/managed-by"
MANAGED_SELECTOR = f"{MANAGED}={MANAGER}"
TRANSITION = "seatrial.io/lease-transition"
HOSTNAME = "external-dns.alpha.kubernetes.io/hostname"
# Azure gives the public address of a Service with this label the name LABEL.REGION.cloudapp.azure.com.
AZURE_LABEL = "service.beta.kubernetes.io/azure-dns-label-name"
AZURE_INTERNAL = "service.beta.kubernetes.io/azure-load-balancer-internal"

# The API version of each kind that a release reads or writes.
VERSIONS = {
    "ConfigMap": "v1",
    "Event": "v1",
    "Pod": "v1",
    "Service": "v1",
    "Secret": "v1",
    "Namespace": "v1",
    "Node": "v1",
    "Deployment": "apps/v1",
    "Lease": "coordination.k8s.io/v1",
    "PodDisruptionBudget": "policy/v1",
    "HorizontalPodAutoscaler": "autoscaling/v2",
}


def other(slot: Slot) -> Slot:
    """Return the other slot."""
    return "green" if slot == "blue" else "blue"


def deployment(slot: Slot) -> str:
    """Return the name of a slot's Deployment."""
    return f"{APP}-{slot}"

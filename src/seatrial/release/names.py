"""The names that a release's objects carry in a namespace."""

from __future__ import annotations

from typing import Literal

Slot = Literal["blue", "green"]

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
OURS = f"{MANAGED}={MANAGER}"
HOSTNAME = "external-dns.alpha.kubernetes.io/hostname"


def other(slot: Slot) -> Slot:
    """Return the slot beside this one."""
    return "green" if slot == "blue" else "blue"


def deployment(slot: Slot) -> str:
    """Return the name of a slot's Deployment."""
    return f"{APP}-{slot}"

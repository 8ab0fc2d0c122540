"""Who says how large a slot is: a release until the switch, the autoscaler from then on."""

from __future__ import annotations

from typing import Any

import pytest

from memory_cluster import MemoryCluster
from seatrial.errors import UsageError
from seatrial.kube.slots import Slots
from seatrial.settings import load
from seatrial.workspace import Workspace


def _deployment(slot: str, replicas: int) -> dict[str, Any]:
    labels = {"app.kubernetes.io/managed-by": "seatrial", "seatrial.io/slot": slot}
    metadata = {"name": f"classifier-{slot}", "labels": labels}
    return {"kind": "Deployment", "metadata": metadata, "spec": {"replicas": replicas}}


@pytest.mark.parametrize(("live", "recorded", "size"), [(4, 2, 4), (2, 3, 3), (0, 2, 2)])
def test_a_refilled_slot_is_as_large_as_users_need_now(live: int, recorded: int, size: int) -> None:
    """What was recorded small comes back at the size that the autoscaler has found meanwhile."""
    slots = Slots(MemoryCluster(), "trial")
    if live:
        slots.fill("blue", [_deployment("blue", live)])
    recorded_manifest = _deployment("green", recorded)
    slots.refill("green", [recorded_manifest])
    assert slots.size("green") == size
    assert recorded_manifest["spec"]["replicas"] == recorded


def test_bounds_that_cross_are_wrong_settings(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that may never be as large as it must be is told at once."""
    monkeypatch.setenv("SEATRIAL_ENVIRONMENTS__STAGING__REPLICAS", "9")
    with pytest.raises(UsageError, match="max_replicas 4 is less than replicas 9"):
        load(workspace)

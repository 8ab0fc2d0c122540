"""Tests of the number of replicas that a rollback restores, and of its bounds."""

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
def test_a_restored_slot_has_the_larger_of_recorded_and_live_replicas(
    live: int, recorded: int, size: int
) -> None:
    """A slot is restored with the live slot's replicas where the autoscaler has increased them."""
    slots = Slots(MemoryCluster(), "trial")
    if live:
        slots.fill("blue", [_deployment("blue", live)])
    recorded_manifest = _deployment("green", recorded)
    slots.refill("green", [recorded_manifest])
    assert slots.size("green") == size
    assert recorded_manifest["spec"]["replicas"] == recorded


def test_max_replicas_below_replicas_is_a_usage_error(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An environment with a maximum below its minimum is refused when the settings are read."""
    monkeypatch.setenv("SEATRIAL_ENVIRONMENTS__STAGING__REPLICAS", "9")
    with pytest.raises(UsageError, match="max_replicas 4 is less than replicas 9"):
        load(workspace)

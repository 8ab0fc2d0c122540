"""Fill a slot with a release at full size: as many replicas as the other slot has."""

from __future__ import annotations

from collections.abc import Callable

from seatrial import console
from seatrial.kube.labels import Slot, other
from seatrial.kube.rollout import wait_for_rollout
from seatrial.release.record import Manifests
from seatrial.release.target import Target


def roll_out(target: Target, slot: Slot, manifests: Manifests, check: Callable[[], None]) -> None:
    """Fill a slot from recorded manifests, at full size, and wait until it is rolled out.

    `check` is called during the rollout; what it raises ends it. Raises what `wait_for_rollout` raises.
    """
    target.slots.refill(slot, manifests.slot)
    await_rollout(target, slot, check)


def grow(target: Target, slot: Slot, manifests: Manifests, check: Callable[[], None]) -> bool:
    """Repeat `roll_out` until the slot has as many replicas as the other one; return whether it had fewer.

    The autoscaler may have added some to the other slot, which users are still on.
    """
    slots, grown = target.slots, False
    while (size := slots.size(other(slot))) > slots.size(slot):
        with console.step(f"grow slot {slot} to {size} replicas", target.services.runtime):
            roll_out(target, slot, manifests, check)
        grown = True
    return grown


def await_rollout(target: Target, slot: Slot, check: Callable[[], None]) -> None:
    """Wait until a slot is rolled out, for the environment's `rollout_seconds`."""
    environment, runtime = target.environment, target.services.runtime
    wait_for_rollout(target.cluster, environment.namespace, slot, environment.rollout_seconds, check, runtime)

"""The restrictions of a pod, as options of a container that the engine runs without a cluster."""

from __future__ import annotations

from typing import Any

from seatrial.trial_sections import Pod

LOCKED_DOWN: dict[str, Any] = {
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges"],
    "pids_limit": 100,
}
# The pod has a volume there. In a container it counts as its memory.
WRITABLE = {"/tmp": "size=64m"}  # noqa: S108


def restrictions(pod: Pod) -> dict[str, Any]:
    """Return the options of a container that has the restrictions and the memory of a pod."""
    return {**LOCKED_DOWN, "mem_limit": f"{pod.memory_mb}m"}

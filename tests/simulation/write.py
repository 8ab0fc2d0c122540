"""A write of a deployer to a cluster."""

from __future__ import annotations

from dataclasses import dataclass

from simulation.process import Call, DeployerProcess


@dataclass(frozen=True)
class Write:
    """A write that took effect: by whom, and whether the object existed.

    `live_before` is what users were sent to before, `stable_ready_before` how many ready replicas the stable
    release had.
    """

    process: DeployerProcess
    call: Call
    existed: bool
    late: bool
    live_before: tuple[str, str] | None
    stable_ready_before: int = 0

"""The fields that all stage results share: what the stage ran on, when it began, how long it took."""

from __future__ import annotations

from typing import Any

from seatrial.runtime import SYSTEM, Runtime
from seatrial.workspace import Workspace


class StageRun:
    """Created when a stage begins."""

    def __init__(self, runtime: Runtime = SYSTEM) -> None:
        self._runtime = runtime
        self._started = runtime.now()
        self._clock = runtime.monotonic()

    def fields(self, workspace: Workspace) -> dict[str, Any]:
        """Return working state, revision and lock digest, the start, and the duration in seconds."""
        return {
            "working_state": workspace.working_state,
            "revision": workspace.revision,
            "lock_digest": workspace.lock_digest,
            "started": self._started,
            "seconds": round(self._runtime.monotonic() - self._clock, 3),
        }

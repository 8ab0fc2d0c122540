"""When a stage began, and on what: the part that all results share."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from seatrial.workspace import Workspace


class StageRun:
    """Made when a stage begins; `fields` gives what every StageResult asks for."""

    def __init__(self) -> None:
        self._started = datetime.now(UTC)
        self._clock = time.monotonic()

    def fields(self, workspace: Workspace) -> dict[str, Any]:
        """Return working state, revision and lock as they are, the start, and the seconds since."""
        return {
            "working_state": workspace.working_state,
            "revision": workspace.revision,
            "lock_digest": workspace.lock_digest,
            "started": self._started,
            "seconds": round(time.monotonic() - self._clock, 3),
        }

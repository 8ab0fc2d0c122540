"""Whether the process makes progress."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from classifier.server.workers import Workers

PROBES: Final = frozenset({b"/livez", b"/healthz", b"/readyz"})
PUBLIC_PROBES: Final = PROBES | {b"/v2/health/live", b"/v2/health/ready"}
"""The probes of the app's own port: also those of the Open Inference Protocol."""


class Liveness:
    """Detects a worker that does not complete a request, and an event loop that does not run. Thread-safe."""

    def __init__(self, pools: Sequence[Workers], stuck_seconds: float) -> None:
        self._pools = pools
        self._stuck_seconds = stuck_seconds
        self._beat = time.monotonic()

    def beat(self) -> None:
        """Record that the event loop runs."""
        self._beat = time.monotonic()

    def fault(self) -> str:
        """Return what makes no progress, or nothing."""
        limit = self._stuck_seconds
        if any(pool.longest() > limit for pool in self._pools):
            return f"a worker has computed one request for more than {limit:g} s"
        if time.monotonic() - self._beat > limit:
            return f"no request was received for {limit:g} s, because the event loop is blocked"
        return ""

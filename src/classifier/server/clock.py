"""The deadlines of one connection."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from classifier.server.settings import GRACE_SECONDS, Limits

LINGER_BYTES: Final = 64 << 20
"""The largest number of bytes that is read from the rest of a refused request."""
LINGER_SECONDS: Final = 30
SILENCE_SECONDS: Final = 2


class Overdue(Enum):
    """Which deadline has passed."""

    IDLE = "idle"
    REQUEST = "request"
    RESPONSE = "response"


@dataclass
class Clock:
    """Times, in seconds of the monotonic clock, since when a connection does what it does."""

    limits: Limits
    idle: float
    begun: float | None = None
    sending: float | None = None
    lingering: float | None = None
    last_data: float = 0
    discarded: int = 0

    def overdue(self, now: float, in_body: bool, received: int, busy: bool) -> Overdue | None:
        """Return the deadline that has passed, if any; `received` is the size of the incomplete body."""
        if self.sending is not None:
            return Overdue.RESPONSE if now - self.sending > self.limits.send_seconds else None
        if self.lingering is not None:
            return Overdue.IDLE if self._lingers_too_long(now, self.lingering) else None
        if self.begun is not None:
            return Overdue.REQUEST if self._too_slow(now - self.begun, in_body, received) else None
        return Overdue.IDLE if not busy and now - self.idle > self.limits.idle_seconds else None

    def _too_slow(self, seconds: float, in_body: bool, received: int) -> bool:
        if not in_body:
            return seconds > self.limits.head_seconds
        least = self.limits.least_rate * (seconds - GRACE_SECONDS)
        return seconds > self.limits.receive_seconds or received < least

    def _lingers_too_long(self, now: float, since: float) -> bool:
        silent = now - max(self.last_data, since) > SILENCE_SECONDS
        return silent or now - since > LINGER_SECONDS or self.discarded > LINGER_BYTES

"""A runtime whose clock is advanced by background waits only, so that long waits take no time."""

from __future__ import annotations

from dataclasses import dataclass, field

from seatrial.runtime import SystemRuntime
from seatrial.wait import until


@dataclass
class FastEvent:
    """Times out at once for the first `timeouts` waits of its runtime, then waits until it is set."""

    clock: FastRuntime
    flag: bool = False

    def set(self) -> None:
        """Set the flag."""
        self.flag = True

    def is_set(self) -> bool:
        """Return whether the flag is set."""
        return self.flag

    def wait(self, timeout: float | None = None) -> bool:
        """Advance the clock by `timeout`, or wait for the flag."""
        if self.clock.timeouts and timeout:
            self.clock.timeouts -= 1
            self.clock.seconds += timeout
            return False
        until("the end of the step", lambda: self.flag or None, 5, every=0.001)
        return True


@dataclass
class FastRuntime(SystemRuntime):
    """A clock that only background waits advance."""

    timeouts: int = 0
    seconds: float = field(default=0.0)

    def monotonic(self) -> float:
        """Return the seconds of all waits that timed out."""
        return self.seconds

    def event(self) -> FastEvent:
        """Return a new event."""
        return FastEvent(self)

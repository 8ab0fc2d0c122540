"""Progress lines on a plain log."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from seatrial import console
from seatrial.runtime import SystemRuntime
from seatrial.wait import until


@dataclass
class _FastEvent:
    """Times out at once for the first `timeouts` waits, then only when set."""

    clock: _FastRuntime
    flag: bool = False

    def set(self) -> None:
        self.flag = True

    def is_set(self) -> bool:
        return self.flag

    def wait(self, timeout: float | None = None) -> bool:
        if self.clock.timeouts and timeout:
            self.clock.timeouts -= 1
            self.clock.seconds += timeout
            return False
        until("the end of the step", lambda: self.flag or None, 5, every=0.001)
        return True


@dataclass
class _FastRuntime(SystemRuntime):
    """A clock that only background waits move."""

    timeouts: int = 0
    seconds: float = field(default=0.0)

    def monotonic(self) -> float:
        return self.seconds

    def event(self) -> _FastEvent:
        return _FastEvent(self)


def test_a_long_step_prints_a_line_every_30_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    """A plain log shows that a long step still runs, and for how long."""
    runtime = _FastRuntime(timeouts=5)
    with console.step("build the image", runtime):
        until("five lines", lambda: None if runtime.timeouts else True, 5, every=0.001)
    printed = capsys.readouterr().err
    assert "build the image: still running after 30 s" in printed
    assert "build the image: still running after 2 min 30 s" in printed


def test_a_short_step_prints_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A step that ends before 30 s prints only its duration."""
    with console.step("read the lock"):
        pass
    assert capsys.readouterr().err.splitlines() == ["  read the lock 0.0 s"]

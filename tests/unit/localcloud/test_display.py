"""The display of progress."""

from __future__ import annotations

import io
import re
import threading

import pytest
from rich.console import Console

from localcloud import display as module
from localcloud.display import LiveDisplay, PlainDisplay, display, duration


def test_a_plain_line_has_the_step_and_its_duration() -> None:
    """A log gets one line for each step, with its duration and without colours."""
    out = io.StringIO()
    with PlainDisplay(Console(file=out)) as progress, progress.step("blob [x]"):
        pass

    assert re.fullmatch(r"  blob \[x\] \d+\.\d s\n", out.getvalue())


def test_a_failed_step_is_reported_as_failed() -> None:
    """The line of a step that raised reports the failure."""
    out = io.StringIO()
    with pytest.raises(ValueError), PlainDisplay(Console(file=out)) as progress, progress.step("blob"):
        raise ValueError

    assert re.fullmatch(r"  blob failed after \d+\.\d s\n", out.getvalue())


def test_a_long_step_is_reported_at_every_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plain log gets a line with the elapsed time at every interval, with the step's activity."""
    reported = threading.Event()
    lines: list[str] = []

    class Log(io.StringIO):
        def write(self, text: str) -> int:
            lines.extend(line for line in text.splitlines() if "still" in line)
            if len(lines) >= 2:
                reported.set()
            return super().write(text)

    plain = PlainDisplay(Console(file=Log()), heartbeat_seconds=0.01)
    monkeypatch.setattr(module, "duration", lambda _: "2 min 30 s")
    with plain as progress, progress.step("node image", "building"):
        assert reported.wait(5)

    assert lines[0] == "  node image: still building after 2 min 30 s"


def test_a_log_is_reported_to_every_half_minute() -> None:
    """The interval is 30 s."""
    assert module.HEARTBEAT_SECONDS == 30


@pytest.mark.parametrize(
    ("seconds", "text"), [(30.0, "30 s"), (119.4, "119 s"), (150.02, "2 min 30 s"), (179.9, "3 min 0 s")]
)
def test_a_duration_has_minutes_from_two_on(seconds: float, text: str) -> None:
    """Durations are in seconds, and from two minutes on in minutes and seconds."""
    assert duration(seconds) == text


def test_only_a_terminal_gets_a_live_display(monkeypatch: pytest.MonkeyPatch) -> None:
    """The display is live on a terminal, and plain elsewhere and with CI=true."""
    terminal, file = Console(force_terminal=True), Console(file=io.StringIO(), force_terminal=False)
    monkeypatch.delenv("CI", raising=False)

    assert isinstance(display(terminal), LiveDisplay)
    assert isinstance(display(file), PlainDisplay)
    monkeypatch.setenv("CI", "true")
    assert isinstance(display(terminal), PlainDisplay)


def test_a_terminal_keeps_only_lines_of_steps_that_took_time() -> None:
    """No line is printed for a step that ended at once."""
    out = io.StringIO()
    live = LiveDisplay(Console(file=out, force_terminal=True, width=80))
    live._print_finished("✓", "blob", 1.23)
    live._print_finished("✓", "unchanged", 0.01)

    assert "blob" in out.getvalue()
    assert "1.2 s" in out.getvalue()
    assert "unchanged" not in out.getvalue()

"""What is shown while parts start."""

from __future__ import annotations

import io
import re
import threading

import pytest
from rich.console import Console

from localcloud.display import LiveDisplay, PlainDisplay, display


def test_plain_lines_name_the_step_and_its_seconds() -> None:
    """A log gets one line a step, with its time and without colours."""
    out = io.StringIO()
    with PlainDisplay(Console(file=out)) as report, report.step("blob [x]"):
        pass

    assert re.fullmatch(r"  blob \[x\] \d+\.\d s\n", out.getvalue())


def test_a_failed_step_says_so() -> None:
    """A step that failed is not shown as done."""
    out = io.StringIO()
    with pytest.raises(ValueError), PlainDisplay(Console(file=out)) as report, report.step("blob"):
        raise ValueError

    assert re.fullmatch(r"  blob failed after \d+\.\d s\n", out.getvalue())


def test_a_long_step_is_announced() -> None:
    """A log is not silent while something takes long."""
    said = threading.Event()

    class Listening(io.StringIO):
        def write(self, text: str) -> int:
            if "blob is under way" in text:
                said.set()
            return super().write(text)

    with PlainDisplay(Console(file=Listening()), silent_seconds=0.01) as report, report.step("blob"):
        assert said.wait(5)


def test_a_terminal_gets_a_live_display(monkeypatch: pytest.MonkeyPatch) -> None:
    """Live on a terminal, plain where CI=true, plain elsewhere."""
    terminal, file = Console(force_terminal=True), Console(file=io.StringIO(), force_terminal=False)
    monkeypatch.delenv("CI", raising=False)

    assert isinstance(display(terminal), LiveDisplay)
    assert isinstance(display(file), PlainDisplay)
    monkeypatch.setenv("CI", "true")
    assert isinstance(display(terminal), PlainDisplay)


def test_a_terminal_keeps_a_line_for_what_took_time() -> None:
    """Each step that did something leaves its line and seconds behind."""
    out = io.StringIO()
    live = LiveDisplay(Console(file=out, force_terminal=True, width=80))
    live._end("✓", "blob", 1.23)
    live._end("✓", "looked at", 0.01)

    assert "blob" in out.getvalue()
    assert "1.2 s" in out.getvalue()
    assert "looked at" not in out.getvalue()

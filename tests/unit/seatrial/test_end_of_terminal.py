"""A command whose terminal ends, as with an ssh connection that breaks, cleans up like after Ctrl-C."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from seatrial.cli import interrupt_on_signals

COMMAND = """
import fcntl, signal, sys, termios
from pathlib import Path
from seatrial.cli import interrupt_on_signals
from seatrial.console import line
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
interrupt_on_signals()
try:
    print("ready", flush=True)
    signal.pause()
except KeyboardInterrupt:
    line("switch back")
    Path(sys.argv[1]).write_text("undone")
"""


@pytest.fixture
def ignored() -> Iterator[None]:
    """SIGHUP is ignored, as under nohup."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_command_whose_terminal_ends_cleans_up(tmp_path: Path) -> None:
    """What it prints meanwhile, to a terminal that is gone, does not end the cleanup."""
    mine, its = pty.openpty()
    argv = [sys.executable, "-c", COMMAND, str(tmp_path / "marker")]
    command = subprocess.Popen(argv, stdin=its, stdout=its, stderr=its, start_new_session=True)
    os.close(its)
    assert os.read(mine, 100).startswith(b"ready")
    os.close(mine)
    assert command.wait(30) == 0
    assert (tmp_path / "marker").read_text() == "undone"


def test_nohup_is_respected(ignored: None) -> None:
    """The user wants the command to outlive the terminal."""
    interrupt_on_signals()
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN

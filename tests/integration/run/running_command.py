"""`seatrial run` as a user starts it: a process whose output is read line by line."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue

WAIT_SECONDS = 60


class RunningCommand:
    """A process of `seatrial run`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.output: list[str] = []
        self._lines: Queue[str] = Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))

    def line(self, pattern: str) -> re.Match[str]:
        """Return the next line that matches; fail with the output after WAIT_SECONDS."""
        try:
            while True:
                self.output.append(self._lines.get(timeout=WAIT_SECONDS))
                if found := re.search(pattern, self.output[-1]):
                    return found
        except Empty:
            raise AssertionError(f"no line {pattern!r} in:\n" + "\n".join(self.output)) from None

    def url(self) -> str:
        """Wait until the app is ready; return its URL."""
        return self.line(r"the app is at (http://127\.0\.0\.1:\d+/)")[1]

    def end(self, by: int | None = None) -> int:
        """Send a signal, if one is given; wait for the end and return the exit code."""
        if by is not None:
            self.process.send_signal(by)
        return self.process.wait(WAIT_SECONDS)


@contextmanager
def running(folder: Path, *options: str, instance: str) -> Iterator[RunningCommand]:
    """Run the command in a checkout; it is stopped at the end."""
    command = [str(Path(sys.executable).parent / "seatrial"), "run", "--no-open", "--instance", instance]
    with subprocess.Popen(
        [*command, *options],
        cwd=folder,
        env={**os.environ, "CI": "true", "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=_default_signals,
    ) as process:
        started = RunningCommand(process)
        try:
            yield started
        finally:
            if process.poll() is None:
                started.end(signal.SIGTERM)


def _default_signals() -> None:
    # A shell that starts the tests in the background ignores Ctrl-C for its children.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


Start = Callable[..., RunningCommand]

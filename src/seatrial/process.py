"""The one door to subprocesses."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from seatrial.errors import OutsideError

LOG_LINES = 30


@dataclass(frozen=True)
class Completed:
    """A finished command: its exit code and what it printed (both streams in order)."""

    code: int
    output: str


@dataclass
class Stop:
    """Ends a command that runs in another thread; one that has not begun yet ends as it begins."""

    _running: subprocess.Popen[str] | None = None
    _asked: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> None:
        """End the command."""
        with self._lock:
            self._asked = True
            self._end()

    def of(self, process: subprocess.Popen[str]) -> None:
        """Say which command it is."""
        with self._lock:
            self._running = process
            self._end()

    def _end(self) -> None:
        if self._asked and self._running:
            self._running.terminate()


def run(
    argv: Sequence[str],
    *,
    timeout: float,
    stdin: str | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    check: bool = True,
    separate_stderr: bool = False,
    stop: Stop | None = None,
) -> Completed:
    """Run a command to its end and return what it printed.

    `timeout` is in seconds; `env` is added to this process's own. With `separate_stderr` the
    output is stdout alone. `stop` may end it early, as a signal does. Raises OutsideError when the
    command is missing, exceeds its time, or (with `check`) ends with another code than 0; the error
    carries the log's end.
    """
    try:
        process = subprocess.Popen(
            list(argv),
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if separate_stderr else subprocess.STDOUT,
            text=True,
            errors="replace",
            env={**os.environ, **(env or {})},
            cwd=cwd,
        )
    except FileNotFoundError as error:
        raise OutsideError(f"{argv[0]} is not installed", "make doctor says how to get it") from error
    with process:
        if stop:
            stop.of(process)
        output, complaints = _ended(process, stdin, timeout, argv[0])
    if check and process.returncode != 0:
        raise OutsideError(
            f"{' '.join(argv[:2])} ended with {process.returncode}", log=tail((complaints or "") + output)
        )
    return Completed(process.returncode, output)


def _ended(
    process: subprocess.Popen[str], stdin: str | None, timeout: float, name: str
) -> tuple[str, str | None]:
    try:
        return process.communicate(stdin, timeout=timeout)
    except subprocess.TimeoutExpired as error:
        process.kill()
        raise OutsideError(
            f"{name} gave no result within {timeout:.0f} s", log=tail(_text(error.stdout))
        ) from error
    except BaseException:
        process.kill()
        raise


def tail(text: str, lines: int = LOG_LINES) -> str:
    """Return the last lines of a log."""
    return "\n".join(text.rstrip().splitlines()[-lines:])


def _text(output: bytes | str | None) -> str:
    return output.decode(errors="replace") if isinstance(output, bytes) else output or ""

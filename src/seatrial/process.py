"""The one door to subprocesses."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from seatrial.errors import OutsideError

LOG_LINES = 30


@dataclass(frozen=True)
class Completed:
    """A finished command: its exit code and what it printed (both streams in order)."""

    code: int
    output: str


def run(
    argv: Sequence[str],
    *,
    timeout: float,
    stdin: str | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    check: bool = True,
    separate_stderr: bool = False,
) -> Completed:
    """Run a command to its end and return what it printed.

    `timeout` is in seconds; `env` is added to this process's own. With `separate_stderr` the
    output is stdout alone. Raises OutsideError when the command is missing, exceeds its time, or
    (with `check`) ends with another code than 0; the error carries the log's end.
    """
    try:
        done = subprocess.run(
            list(argv),
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if separate_stderr else subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=timeout,
            env={**os.environ, **(env or {})},
            cwd=cwd,
            check=False,
        )
    except FileNotFoundError as error:
        raise OutsideError(f"{argv[0]} is not installed", "make doctor says how to get it") from error
    except subprocess.TimeoutExpired as error:
        raise OutsideError(
            f"{argv[0]} gave no result within {timeout:.0f} s", log=tail(_text(error.stdout))
        ) from error
    if check and done.returncode != 0:
        raise OutsideError(
            f"{' '.join(argv[:2])} ended with {done.returncode}",
            log=tail((done.stderr or "") + done.stdout),
        )
    return Completed(done.returncode, done.stdout)


def tail(text: str, lines: int = LOG_LINES) -> str:
    """Return the last lines of a log."""
    return "\n".join(text.rstrip().splitlines()[-lines:])


def _text(output: bytes | str | None) -> str:
    return output.decode(errors="replace") if isinstance(output, bytes) else output or ""

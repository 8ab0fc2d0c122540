"""The only entry point to subprocesses."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from localcloud.errors import LocalcloudError

TAIL_LINES = 20
TAIL_CHARACTERS = 64_000
MISSING_HINT = "run make doctor to list what is missing"


@dataclass(frozen=True)
class Completed:
    """The output of a program that exited with 0."""

    stdout: str
    stderr: str


def tail(text: str, lines: int = TAIL_LINES) -> str:
    """Return the last ``lines`` non-empty lines."""
    return "\n".join([line for line in text.splitlines() if line.strip()][-lines:])


def log_tail(path: Path | None, lines: int = TAIL_LINES) -> str:
    """Return the last lines of a log file, or an empty string if there is no such file."""
    if path is None or not path.is_file():
        return ""
    return tail(path.read_text(encoding="utf-8", errors="replace")[-TAIL_CHARACTERS:], lines)


def run(
    argv: Sequence[str],
    *,
    timeout: float,
    env: Mapping[str, str] | None = None,
    input: str | None = None,
    cwd: Path | None = None,
    hint: str = "",
    log: Path | None = None,
) -> Completed:
    """Run a program to completion and return its output.

    ``timeout`` is in seconds; ``env`` replaces the environment; with ``log`` the output is written to that
    file and not returned. Raises LocalcloudError with the end of the output if the program is not installed,
    exits with another code than 0, or exceeds the timeout.
    """
    with log.open("w", encoding="utf-8") if log else nullcontext() as sink:
        try:
            code, stdout, stderr = _run(argv, timeout, input, {"env": env, "cwd": cwd, "stdout": sink})
        except FileNotFoundError as error:
            raise LocalcloudError(f"{argv[0]} is not installed", hint or MISSING_HINT) from error
        except subprocess.TimeoutExpired as error:
            output = log_tail(log) or tail(_text(error.stdout) + _text(error.stderr))
            fix = hint or f"run {Path(argv[0]).name} by hand to see what it waits for"
            raise LocalcloudError(f"{_short(argv)} timed out after {timeout:.0f} s", fix, output) from error
    if code:
        output = log_tail(log) or tail(f"{stdout}\n{stderr}")
        raise LocalcloudError(f"{_short(argv)} exited with {code}", hint, output)
    return Completed(stdout, stderr)


def _run(
    argv: Sequence[str], timeout: float, input: str | None, options: Mapping[str, Any]
) -> tuple[int, str, str]:
    """Return exit code and output; without its end in time the program was killed with its children."""
    sink = options["stdout"]
    with subprocess.Popen(
        list(argv),
        stdin=subprocess.DEVNULL if input is None else subprocess.PIPE,
        stdout=sink or subprocess.PIPE,
        stderr=subprocess.STDOUT if sink else subprocess.PIPE,
        env=options["env"],
        cwd=options["cwd"],
        text=True,
        errors="replace",
    ) as process:
        try:
            stdout, stderr = process.communicate(input, timeout)
        except BaseException:
            _kill_with_children(process)
            raise
        return process.returncode, stdout or "", stderr or ""


def _kill_with_children(process: subprocess.Popen[str]) -> None:
    with suppress(psutil.NoSuchProcess):
        for child in psutil.Process(process.pid).children(recursive=True):
            # What runs as another user, by sudo for example, is left.
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                child.kill()
    process.kill()


def start(argv: Sequence[str], *, log: Path, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    """Start a program that outlives this process, in its own session; append its output to ``log``."""
    with log.open("ab") as sink:
        return subprocess.Popen(
            list(argv), stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, env=env, start_new_session=True
        )


def stop(process: subprocess.Popen[bytes], seconds: float = 10) -> None:
    """Send SIGTERM to a process and wait for its end; send SIGKILL after ``seconds``."""
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _short(argv: Sequence[str]) -> str:
    return " ".join(argv[:3]) + (" …" if len(argv) > 3 else "")


def _text(output: bytes | str | None) -> str:
    return output.decode(errors="replace") if isinstance(output, bytes) else output or ""

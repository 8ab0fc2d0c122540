"""The only module that starts subprocesses."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from seatrial.errors import OutsideError
from seatrial.killing import kill_with_children

LOG_LINES = 30


class CommandTimeoutError(OutsideError):
    """A command did not end in time."""


class NotInstalledError(OutsideError):
    """There is no such program."""


@dataclass(frozen=True)
class CompletedCommand:
    """A finished command: its exit code and its output (stdout and stderr in order)."""

    code: int
    output: str


@dataclass
class StopRequest:
    """Terminates a command that runs in another thread or starts later; `requested` is set by `send`."""

    requested: bool = False
    _process: subprocess.Popen[str] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self) -> None:
        """Terminate the command, or the next one that is attached."""
        with self._lock:
            self.requested = True
            self._terminate()

    def attach(self, process: subprocess.Popen[str]) -> None:
        """Set the process to terminate."""
        with self._lock:
            self._process = process
            self._terminate()

    def _terminate(self) -> None:
        if self.requested and self._process:
            self._process.terminate()


def run(
    argv: Sequence[str],
    *,
    timeout: float,
    stdin: str | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    check: bool = True,
    separate_stderr: bool = False,
    show_stderr: bool = False,
    own_session: bool = False,
    stop: StopRequest | None = None,
) -> CompletedCommand:
    """Run a command and return its exit code and output.

    `timeout` is in seconds; `env` is added to the environment of this process. With `separate_stderr` the
    output is stdout alone; with `show_stderr` too, and stderr goes to that of this process. With
    `own_session` the command cannot ask at the terminal. `stop` may terminate the command early.

    Raises CommandTimeoutError if it exceeds `timeout`, after it was killed with its children, and
    OutsideError if it is not installed, or (with `check`) exits with a code other than 0; the error has the
    last lines of the output as its log.
    """
    shared_stderr = None if show_stderr else subprocess.STDOUT
    streams = {
        "stdin": subprocess.DEVNULL if stdin is None else subprocess.PIPE,
        "stderr": subprocess.PIPE if separate_stderr else shared_stderr,
    }
    with _start(argv, {**os.environ, **(env or {})}, cwd, streams, own_session) as process:
        if stop:
            stop.attach(process)
        output, stderr = _communicate(process, stdin, timeout, argv[0])
    if check and process.returncode != 0:
        # Not all of argv: an argument may be a secret.
        command = " ".join(argv[:2])
        raise OutsideError(f"{command} exited with {process.returncode}", log=tail((stderr or "") + output))
    return CompletedCommand(process.returncode, output)


def _start(
    argv: Sequence[str],
    env: Mapping[str, str],
    cwd: Path | None,
    streams: Mapping[str, int | None],
    own_session: bool,
) -> subprocess.Popen[str]:
    try:
        return subprocess.Popen(
            list(argv),
            stdin=streams["stdin"],
            stdout=subprocess.PIPE,
            stderr=streams["stderr"],
            text=True,
            errors="replace",
            env=env,
            cwd=cwd,
            start_new_session=own_session,
        )
    except FileNotFoundError as error:
        raise NotInstalledError(
            f"{argv[0]} is not installed", "make doctor lists how to install it"
        ) from error


def _communicate(
    process: subprocess.Popen[str], stdin: str | None, timeout: float, name: str
) -> tuple[str, str | None]:
    try:
        return process.communicate(stdin, timeout=timeout)
    except subprocess.TimeoutExpired as error:
        kill_with_children(process)
        log = tail(_text(error.stdout))
        raise CommandTimeoutError(f"{name} timed out after {timeout:.0f} s", hint_of(name), log) from error
    except BaseException:
        kill_with_children(process)
        # Popen itself does not wait after Ctrl-C, and cleanup must not run beside the command.
        process.wait()
        raise


def hint_of(name: str) -> str:
    """Return the fix for a program that did not end in time."""
    return f"run {Path(name).name} by hand: it may wait for a password, a lock or the network"


def run_alone(
    argv: Sequence[str], *, timeout: float, env: Mapping[str, str], cwd: Path, stdout: Path, stderr: Path
) -> None:
    """Run a command with the variables `env` and no others, and write its output to two new files.

    Unlike a pipe, a file is subject to the size limit that the command sets itself. `timeout` is in seconds;
    at the end every process of the command's group is killed. Raises OutsideError if it exceeds `timeout` or
    exits with a code other than 0; the error has the last lines of stderr as its log.
    """
    with stdout.open("xb") as out, stderr.open("xb") as err:
        process = subprocess.Popen(
            list(argv),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
        )
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired as error:
            raise OutsideError(f"{argv[0]} timed out after {timeout:.0f} s", log=_end_of(stderr)) from error
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if code != 0:
        raise OutsideError(f"{argv[0]} {_ending(code)}", log=_end_of(stderr))


def _end_of(log: Path) -> str:
    return tail(log.read_text(errors="replace"))


def _ending(code: int) -> str:
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"exited with {code}"


def tail(text: str, lines: int = LOG_LINES) -> str:
    """Return the last lines of a log, without blank lines at its end."""
    return "\n".join(text.rstrip().splitlines()[-lines:])


def _text(output: bytes | str | None) -> str:
    return output.decode(errors="replace") if isinstance(output, bytes) else output or ""

"""Running subprocesses."""

from __future__ import annotations

import fcntl
import signal
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import IO

import psutil
import pytest

from localcloud.errors import LocalcloudError
from localcloud.process import run as run_locally
from seatrial.errors import OutsideError
from seatrial.process import CommandTimeoutError, StopRequest, run, run_alone, tail
from seatrial.wait import until

PYTHON = sys.executable


def test_output_and_exit_code_are_returned() -> None:
    """The output has both streams in order."""
    done = run(
        [PYTHON, "-c", "import sys; print('out'); sys.stdout.flush(); print('err', file=sys.stderr)"],
        timeout=20,
    )
    assert (done.code, done.output) == (0, "out\nerr\n")


def test_stdout_alone_is_returned_on_request() -> None:
    """With separate_stderr the output has no warnings."""
    code = "import sys; print('out'); print('err', file=sys.stderr)"
    assert run([PYTHON, "-c", code], timeout=20, separate_stderr=True).output == "out\n"


def test_an_interrupted_command_has_ended_when_the_interruption_is_raised() -> None:
    """After Ctrl-C no command runs beside the cleanup, and none is left as a zombie."""
    before = {child.pid for child in psutil.Process().children()}
    code = "import os, signal, threading; os.kill(os.getppid(), signal.SIGINT); threading.Event().wait()"
    with pytest.raises(KeyboardInterrupt):
        run([PYTHON, "-c", code], timeout=60)
    assert {child.pid for child in psutil.Process().children()} <= before


def test_a_failure_has_the_end_of_the_log_and_no_argument() -> None:
    """The error has the last 30 lines, and no argument, because an argument may be a secret."""
    code = "print('\\n'.join(map(str, range(100)))); raise SystemExit(3)"
    with pytest.raises(OutsideError, match="exited with 3") as caught:
        run([PYTHON, "-c", code, "hush"], timeout=20)
    assert caught.value.log.splitlines()[-1] == "99"
    assert len(caught.value.log.splitlines()) == 30
    assert "hush" not in caught.value.message


def test_without_check_a_failure_returns_the_exit_code() -> None:
    """A non-zero exit code is returned, not raised."""
    assert run([PYTHON, "-c", "raise SystemExit(1)"], timeout=20, check=False).code == 1


def test_a_missing_command_is_an_error() -> None:
    """The error names the command, and the hint the list of tools."""
    with pytest.raises(OutsideError, match="no-such-tool is not installed") as caught:
        run(["no-such-tool"], timeout=5)
    assert "make doctor" in caught.value.hint


def test_a_hanging_command_is_killed() -> None:
    """At the timeout the command is killed; the error has its output so far."""
    start = time.monotonic()
    code = "import time; print('so far', flush=True); time.sleep(60)"
    with pytest.raises(OutsideError, match="timed out after 1 s") as caught:
        run([PYTHON, "-c", code], timeout=1)
    assert time.monotonic() - start < 20
    assert caught.value.log == "so far"


@pytest.mark.parametrize("moment", ["before the start", "while it runs"])
def test_stop_terminates_a_command(moment: str, tmp_path: Path) -> None:
    """The command gets SIGTERM, also if stop was requested before its start."""
    stop, started = StopRequest(), tmp_path / "started"
    code = f"import pathlib, time; pathlib.Path({str(started)!r}).touch(); time.sleep(60)"
    start = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        if moment == "before the start":
            stop.send()
        running = pool.submit(run, [PYTHON, "-c", code], timeout=50, check=False, stop=stop)
        if moment == "while it runs":
            until("the command", lambda: started.exists() or None, 20, every=0.01)
            stop.send()
        assert running.result().code == -signal.SIGTERM
    assert time.monotonic() - start < 40


def test_stdin_is_empty_by_default() -> None:
    """A command that reads stdin does not wait for the terminal."""
    code = "import sys; print(repr(sys.stdin.read()))"
    assert run([PYTHON, "-c", code], timeout=20).output == "''\n"
    assert run([PYTHON, "-c", code], timeout=20, stdin="x").output == "'x'\n"


def test_tail_returns_the_last_lines() -> None:
    """Blank lines at the end do not count."""
    assert tail("a\nb\nc\n\n", 2) == "b\nc"


def alone(code: str, folder: Path, timeout: float = 20) -> str:
    """Run Python code alone in a directory and return its stdout."""
    streams = {"stdout": folder / "out", "stderr": folder / "err"}
    run_alone([PYTHON, "-c", code], timeout=timeout, env={"ONLY": "this"}, cwd=folder, **streams)
    return streams["stdout"].read_text()


def test_a_command_alone_gets_only_its_own_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables of this process are not passed on."""
    monkeypatch.setenv("SECRET_TOKEN", "hush")
    found = alone("import os; print(sorted(os.environ))", tmp_path).strip()
    assert found in ("['ONLY']", "['LC_CTYPE', 'ONLY']")


@pytest.mark.parametrize("ending", ["", "; time.sleep(60)"])
def test_the_children_of_a_command_alone_end_with_it(ending: str, tmp_path: Path) -> None:
    """A child in the background is killed when the command ends, and when it times out."""
    child = (
        f"import fcntl, time; lock = open({str(tmp_path / 'lock')!r}, 'w'); fcntl.flock(lock, 2); "
        "print('locked', flush=True); time.sleep(60)"
    )
    code = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, '-c', {child!r}], stdout=subprocess.PIPE)\n"
        f"child.stdout.readline(){ending}\n"
    )
    with pytest.raises(OutsideError, match="timed out") if ending else nullcontext():
        alone(code, tmp_path, timeout=5)
    with (tmp_path / "lock").open() as lock:
        until("the child", lambda: locked(lock) or None, 20, every=0.01)


def locked(file: IO[str]) -> bool:
    """Return whether this process gets the lock of a file."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def test_the_error_of_a_command_alone_has_its_stderr(tmp_path: Path) -> None:
    """The log is the end of stderr, and a signal is named."""
    with pytest.raises(OutsideError, match="was ended by SIGKILL") as caught:
        alone(
            "import os, sys; sys.stderr.write('why'); sys.stderr.flush(); os.kill(os.getpid(), 9)", tmp_path
        )
    assert caught.value.log == "why"


def test_a_child_whose_parent_has_ended_is_killed_with_its_session(tmp_path: Path) -> None:
    """A program that leaves a child behind, which keeps its output open, is ended as a whole."""
    left = tmp_path / "left"
    with pytest.raises(CommandTimeoutError):
        run(["sh", "-c", f"sleep 600 & echo $! > {left}"], timeout=1, own_session=True)
    child = int(left.read_text())
    until("the end of the child", lambda: True if not psutil.pid_exists(child) else None, 10)


@pytest.mark.parametrize(("start", "error"), [(run, CommandTimeoutError), (run_locally, LocalcloudError)])
def test_a_child_that_may_not_be_killed_does_not_keep_the_command(
    monkeypatch: pytest.MonkeyPatch, start: Callable[..., object], error: type[Exception]
) -> None:
    """A mock of the refusal: a child of another user, by sudo for example, is left, and the command ends."""

    def refuse(child: psutil.Process) -> None:
        raise psutil.AccessDenied(child.pid)

    monkeypatch.setattr(psutil.Process, "kill", refuse)
    with pytest.raises(error):
        start(["sh", "-c", "sleep 3 & wait"], timeout=0.5)

"""The processes that an engine has beside its own, and their end."""

from __future__ import annotations

import contextlib
import operator
import os
import signal
from collections.abc import Callable
from pathlib import Path

from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

from localcloud.engine.home import EngineHome, start_time
from localcloud.errors import LocalcloudError
from localcloud.process import log_tail

STOP_SECONDS = 60
PROGRAMS = ("containerd", "docker-proxy", "dockerd")


def children(home: EngineHome, programs: tuple[str, ...] = PROGRAMS) -> list[int]:
    """Return the processes of this engine: those whose words name its run directory or its data."""
    marks = (str(home.exec_root / "containerd"), str(home.data))
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            named = any(word.startswith(marks) for word in words)
            if named and Path(words[0]).name.startswith(programs):
                found.append(int(entry.name))
    return found


def forget_containerd(home: EngineHome) -> None:
    """End the containerd that an engine which died has left, and what says that there is one.

    The next engine would wait for it in vain. What holds the containers stays, for that engine to end.
    """
    end(home, [pid for pid in children(home, ("containerd",)) if not _holds_container(pid)])
    (home.exec_root / "containerd" / "containerd.pid").unlink(missing_ok=True)


def _holds_container(pid: int) -> bool:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return Path(words[0].decode(errors="replace")).name.startswith("containerd-shim")


def end(home: EngineHome, pids: list[int]) -> None:
    """Ask processes to end and wait until they have. Raises LocalcloudError after a minute."""
    left = [(pid, start_time(pid)) for pid in pids]
    for pid, _ in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    until(
        lambda: not any(began is not None and start_time(pid) == began for pid, began in left),
        "containerd did not end",
        home,
    )


def until(done: Callable[[], bool], message: str, home: EngineHome, seconds: float = STOP_SECONDS) -> None:
    """Wait until ``done``; LocalcloudError with ``message`` and the engine's log after ``seconds``."""
    waits = Retrying(
        stop=stop_after_delay(seconds), wait=wait_fixed(0.1), retry=retry_if_result(operator.not_)
    )
    try:
        waits(done)
    except RetryError as error:
        raise LocalcloudError(
            f"{message} within {seconds} s", f"read {home.log}", log_tail(home.log)
        ) from error

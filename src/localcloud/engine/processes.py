"""The processes that belong to an engine."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable
from pathlib import Path

import psutil

from localcloud import wait
from localcloud.engine.paths import EnginePaths
from localcloud.engine.record import start_time
from localcloud.process import log_tail

STOP_SECONDS = 60
PROGRAMS = ("containerd", "docker-proxy", "dockerd")
SHIM = "containerd-shim"


def children(paths: EnginePaths, programs: tuple[str, ...] = PROGRAMS) -> list[int]:
    """Return the ids of the engine's processes: those with its run or data directory in their arguments."""
    directories = (str(paths.exec_root / "containerd"), str(paths.data))
    found = []
    for process in psutil.process_iter(["cmdline"]):
        argv: list[str] = process.info["cmdline"] or []
        uses_directory = any(argument.startswith(directories) for argument in argv)
        if uses_directory and Path(argv[0]).name.startswith(programs):
            found.append(process.pid)
    return found


def stop_stale_containerd(paths: EnginePaths) -> None:
    """Stop the containerd of an engine that was killed, and remove its pid file.

    Otherwise the next engine waits for that containerd until it times out. The shims of running containers
    stay: the next engine stops them.
    """
    end(paths, [pid for pid in children(paths, ("containerd",)) if not _is_shim(pid)])
    (paths.exec_root / "containerd" / "containerd.pid").unlink(missing_ok=True)


def _is_shim(pid: int) -> bool:
    try:
        argv = psutil.Process(pid).cmdline()
    except psutil.Error:
        return False
    return bool(argv) and Path(argv[0]).name.startswith(SHIM)


def end(paths: EnginePaths, pids: list[int]) -> None:
    """Send SIGTERM to processes and wait until they have ended; raise LocalcloudError after a minute."""
    started = {pid: start_time(pid) for pid in pids}
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)

    def ended() -> bool:
        return not any(time is not None and start_time(pid) == time for pid, time in started.items())

    until(ended, "containerd did not stop", paths)


def until(done: Callable[[], bool], failure: str, paths: EnginePaths, seconds: float = STOP_SECONDS) -> None:
    """Wait until ``done``; after ``seconds`` raise LocalcloudError with ``failure`` and the engine's log."""
    wait.until(failure, done, seconds, hint=f"read {paths.log}", log=lambda: log_tail(paths.log))

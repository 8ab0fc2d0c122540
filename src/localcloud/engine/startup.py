"""Start an engine."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path

from localcloud.engine import host_state
from localcloud.engine.connection import responds
from localcloud.engine.host_state import HostState
from localcloud.engine.paths import EnginePaths
from localcloud.engine.processes import stop_stale_containerd, until
from localcloud.engine.record import StartedEngine, read_record, start_time, write_record
from localcloud.errors import LocalcloudError
from localcloud.process import log_tail, start, stop

LAST_CAPABILITY = Path("/proc/sys/kernel/cap_last_cap")
READY_SECONDS = 60


def withheld_capabilities(status: Path = Path("/proc/self/status"), last: Path = LAST_CAPABILITY) -> int:
    """Return, as a bit mask, the kernel's capabilities that are not in this process's bounding set."""
    bounding = next(line for line in status.read_text().splitlines() if line.startswith("CapBnd:"))
    known = (1 << (int(last.read_text()) + 1)) - 1
    return known & ~int(bounding.split()[1], 16)


def start_engine(paths: EnginePaths) -> StartedEngine:
    """Start dockerd as a detached process, and record it.

    Raises LocalcloudError with the end of its log if it exits or does not respond within 60 s.
    """
    paths.root.mkdir(parents=True, exist_ok=True)
    paths.socket.parent.mkdir(parents=True, exist_ok=True)
    before = _host_state(paths)
    stop_stale_containerd(paths)
    config = _configure(paths)
    paths.log.unlink(missing_ok=True)
    process = start([*_command(paths), "--config-file", str(config)], log=paths.log, env=_environment())
    started = StartedEngine(process.pid, start_time(process.pid) or 0, before)
    write_record(paths, started)
    try:
        _wait_until_ready(paths, lambda: process.poll() is None)
    except LocalcloudError:
        stop(process)
        raise
    return started


def _host_state(paths: EnginePaths) -> HostState:
    """Prefer the recorded state of this boot: an engine that was killed has changed the current state."""
    recorded = read_record(paths)
    if recorded and recorded.before.boot == host_state.boot_id():
        return recorded.before
    return host_state.capture()


def _command(paths: EnginePaths) -> list[str]:
    return [
        shutil.which("dockerd") or "/usr/sbin/dockerd",
        *("--host", paths.host),
        *("--data-root", str(paths.data)),
        *("--exec-root", str(paths.exec_root)),
        *("--pidfile", str(paths.pid_file)),
    ]


def _configure(paths: EnginePaths) -> Path:
    settings: dict[str, object] = {"features": {"buildkit": True}}
    if withheld_capabilities():
        runtime = _install_runtime(paths)
        settings |= {"runtimes": {"bounded": {"path": str(runtime)}}, "default-runtime": "bounded"}
    path = paths.root / "daemon.json"
    path.write_text(json.dumps(settings, indent=1) + "\n")
    return path


def _install_runtime(paths: EnginePaths) -> Path:
    target = paths.root / "runc-bounded"
    with as_file(files("localcloud.engine") / "runtime" / "runc-bounded") as source:
        shutil.copyfile(source, target)
    target.chmod(target.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return target


def _environment() -> dict[str, str]:
    # System directories first: the engine must use the system's runc and python3, not those of a venv.
    system = "/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin"
    return {**os.environ, "PATH": f"{system}:{os.environ.get('PATH', '')}"}


def _wait_until_ready(paths: EnginePaths, running: Callable[[], bool]) -> None:
    def ready() -> bool:
        if not running():
            raise LocalcloudError(
                "The container engine exited right after the start", f"read {paths.log}", log_tail(paths.log)
            )
        return responds(paths.host)

    until(ready, "The container engine did not respond", paths, READY_SECONDS)

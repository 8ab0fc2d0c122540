"""Starting an engine of our own where none answers."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path

from localcloud.engine import traces as engine_traces
from localcloud.engine.connection import answers
from localcloud.engine.home import Before, EngineHome, Started, read_record, start_time, write_record
from localcloud.engine.processes import forget_containerd, until
from localcloud.errors import LocalcloudError
from localcloud.process import log_tail, start

ALL_CAPABILITIES = Path("/proc/sys/kernel/cap_last_cap")
READY_SECONDS = 60


def withheld_capabilities(status: Path = Path("/proc/self/status"), last: Path = ALL_CAPABILITIES) -> int:
    """Return the bits of the capabilities that this kernel knows and this process may never have."""
    bounding = next(line for line in status.read_text().splitlines() if line.startswith("CapBnd:"))
    known = (1 << (int(last.read_text()) + 1)) - 1
    return known & ~int(bounding.split()[1], 16)


def start_engine(home: EngineHome) -> Started:
    """Start dockerd for good, detached, and remember it.

    Raises LocalcloudError with the log's end where it ends at once or does not answer in 60 s.
    """
    home.root.mkdir(parents=True, exist_ok=True)
    home.socket.parent.mkdir(parents=True, exist_ok=True)
    before = _before(home)
    forget_containerd(home)
    config = _configure(home)
    home.log.unlink(missing_ok=True)
    process = start([*_command(home), "--config-file", str(config)], log=home.log, env=_environment())
    started = Started(process.pid, start_time(process.pid) or 0, before)
    write_record(home, started)
    try:
        _wait(home, lambda: process.poll() is None)
    except LocalcloudError:
        process.terminate()
        raise
    return started


def _before(home: EngineHome) -> Before:
    """Keep the older memory of this boot: an engine that died left its traces in what we would see now."""
    remembered = read_record(home)
    if remembered and remembered.before.boot == engine_traces.boot_id():
        return remembered.before
    return engine_traces.look()


def _command(home: EngineHome) -> list[str]:
    return [
        shutil.which("dockerd") or "/usr/sbin/dockerd",
        *("--host", home.host),
        *("--data-root", str(home.data)),
        *("--exec-root", str(home.exec_root)),
        *("--pidfile", str(home.pid_file)),
    ]


def _configure(home: EngineHome) -> Path:
    settings: dict[str, object] = {"features": {"buildkit": True}}
    if withheld_capabilities():
        runtime = _install_runtime(home)
        settings |= {"runtimes": {"bounded": {"path": str(runtime)}}, "default-runtime": "bounded"}
    path = home.root / "daemon.json"
    path.write_text(json.dumps(settings, indent=1) + "\n")
    return path


def _install_runtime(home: EngineHome) -> Path:
    target = home.root / "runc-bounded"
    with as_file(files("localcloud.engine") / "runtime" / "runc-bounded") as source:
        shutil.copyfile(source, target)
    target.chmod(target.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return target


def _environment() -> dict[str, str]:
    # The system's own directories first: containers are started by the system's python3 and runc.
    system = "/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin"
    return {**os.environ, "PATH": f"{system}:{os.environ.get('PATH', '')}"}


def _wait(home: EngineHome, running: Callable[[], bool]) -> None:
    def ready() -> bool:
        if not running():
            raise LocalcloudError(
                "The engine ended as soon as it was started", f"read {home.log}", log_tail(home.log)
            )
        return answers(home.host)

    until(ready, "The engine did not answer", home, READY_SECONDS)

"""The record of an engine that localcloud started, kept in engine.json."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from typing import Any

import psutil

from localcloud.atomic import write_atomically
from localcloud.engine.host_state import HostState
from localcloud.engine.paths import EnginePaths


@dataclass(frozen=True)
class StartedEngine:
    """An engine process that localcloud started, and the state of the machine before.

    The process id can be reused; together with the start time it is unique.
    """

    pid: int
    start_time: int
    before: HostState

    def alive(self) -> bool:
        """Return whether the process still runs."""
        return start_time(self.pid) == self.start_time


def start_time(pid: int) -> int | None:
    """Return when a process started, in clock ticks since boot; None if it has ended or is a zombie."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        # Relative to the boot, so that a change of the system clock does not change the result.
        return round((process.create_time() - psutil.boot_time()) * os.sysconf("SC_CLK_TCK"))
    except psutil.Error:
        return None


def read_record(paths: EnginePaths) -> StartedEngine | None:
    """Return the record of the engine, or None if localcloud did not start it."""
    try:
        document: dict[str, Any] = json.loads(paths.record.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return StartedEngine(document["pid"], document["start_time"], HostState(**document["before"]))


def write_record(paths: EnginePaths, started: StartedEngine) -> None:
    """Write the record atomically."""
    write_atomically(paths.record, json.dumps(asdict(started), indent=1))

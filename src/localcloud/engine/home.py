"""Where an engine that we start keeps its things, and what is remembered of it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

DEFAULT_SOCKET = Path("/var/run/docker.sock")


def cache_dir() -> Path:
    """Return the directory for everything that can be made again."""
    named = os.environ.get("SEATRIAL_CACHE")
    if named:
        return Path(named).expanduser().absolute()
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser().absolute() / "seatrial"


@dataclass(frozen=True)
class EngineHome:
    """The files of one engine: data and records under ``root``, its socket and its run directory."""

    root: Path
    socket: Path = DEFAULT_SOCKET
    exec_root: Path = Path("/var/run/docker")

    @property
    def host(self) -> str:
        """The address a client dials."""
        return f"unix://{self.socket}"

    @property
    def data(self) -> Path:
        """Images, containers and volumes."""
        return self.root / "data"

    @property
    def log(self) -> Path:
        """What the engine said."""
        return self.root / "dockerd.log"

    @property
    def pid_file(self) -> Path:
        """Written by the engine itself."""
        return self.root / "dockerd.pid"

    @property
    def record(self) -> Path:
        """Says that we started it, and how the machine looked before."""
        return self.root / "engine.json"


def default_home() -> EngineHome:
    """Return the home of the engine of this machine, in the user's cache."""
    return EngineHome(cache_dir() / "engine")


@dataclass(frozen=True)
class Before:
    """How the machine looked before an engine was started on it.

    ``boot`` names the boot and network namespace of which this is true; ``absent`` are paths not there.
    """

    boot: str
    filter_rules: dict[str, list[str]] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    forwarding: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Started:
    """An engine that we started: its process, told by its start time from a later one of the same id."""

    pid: int
    start_time: int
    before: Before

    def alive(self) -> bool:
        """Say whether that very process still runs."""
        return start_time(self.pid) == self.start_time


def start_time(pid: int) -> int | None:
    """Return when a process started, in clock ticks since boot; None where it is gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else int(fields[19])


def read_record(home: EngineHome) -> Started | None:
    """Return what is remembered of the engine of this home, or None where we never started one."""
    try:
        document: dict[str, Any] = json.loads(home.record.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return Started(document["pid"], document["start_time"], Before(**document["before"]))


def write_record(home: EngineHome, started: Started) -> None:
    """Remember, whole or not at all."""
    draft = home.record.with_suffix(".tmp")
    draft.write_text(json.dumps(asdict(started), indent=1))
    draft.replace(home.record)

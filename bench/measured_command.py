"""Duration and memory of a command, measured by the kernel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True)
class Measured:
    """Wall-clock seconds, processor seconds, and the most resident memory (MB) of a command."""

    seconds: float
    cpu_seconds: float
    megabytes: float
    output: str


# A process starts with the memory peak of the one that forked it, so a small one starts the command.
_LAUNCHER: Final = """
import json, os, sys, time
start = time.perf_counter()
process = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, 2, 1)])
_, status, used = os.wait4(process, 0)
code = os.waitstatus_to_exitcode(status)
print(json.dumps([code, time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""


def measure(command: list[str], folder: Path, variables: Mapping[str, str]) -> Measured:
    """Run a command to its end. Raises RuntimeError with its output if it fails."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _LAUNCHER, *command],
        cwd=folder,
        env={**inherited(), **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    code, seconds, cpu_seconds, megabytes = json.loads(done.stdout)
    if code:
        raise RuntimeError(f"{' '.join(command)} ended with {code}:\n{done.stderr[-2000:]}")
    return Measured(seconds, cpu_seconds, megabytes, done.stderr)


def inherited() -> dict[str, str]:
    """Return this environment without the settings of the tests' environments, which a new checkout lacks."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith("SEATRIAL_ENVIRONMENTS__")
    }

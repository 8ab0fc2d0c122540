"""Confines the process that runs a model; the model's own code, if it has any, can do no more than this.

It is called before any library starts a thread, because the kernel confines single threads.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from seatrial.model.inference.landlock import allow_reading_only
from seatrial.model.inference.message import Message
from seatrial.model.inference.seccomp import refuse_network_and_processes
from seatrial.model.inference.system_calls import (
    PR_SET_DUMPABLE,
    PR_SET_NO_NEW_PRIVS,
    drop_capabilities,
    require_linux,
    set_process_flag,
)

FILE_BYTES: Final = 16 << 20
"""The largest file that the process can write, its output included."""

# The libraries of the system, and what they read about the processor.
SYSTEM_PATHS: Final = tuple(
    map(
        Path,
        (
            "/usr",
            "/lib",
            "/lib64",
            "/etc/ld.so.cache",
            "/dev/null",
            "/dev/urandom",
            "/proc/self",
            "/proc/cpuinfo",
            "/sys/devices/system",
        ),
    )
)


class Confinement(Message):
    """Why a process is not isolated from network and processes, and from files; empty: it is."""

    network: str = ""
    files: str = ""

    @property
    def complete(self) -> bool:
        """Whether it is isolated from both."""
        return not (self.network or self.files)


def confine(readable: Iterable[Path], cpu_seconds: int) -> Confinement:
    """Confine this process for the rest of its life, as far as the kernel can, and return what it cannot.

    The process reads `readable`, Python and the system's libraries, and writes no file. It opens no socket,
    starts no process, and reaches none. The kernel ends it after `cpu_seconds` of processor time.
    """
    _set_limits(cpu_seconds)
    without_privileges = _reason(_drop_privileges)
    paths = (*readable, *_python_paths(), *SYSTEM_PATHS)
    files = without_privileges or _reason(lambda: allow_reading_only(paths))
    return Confinement(network=without_privileges or _reason(refuse_network_and_processes), files=files)


def _set_limits(cpu_seconds: int) -> None:
    for limit, value in (
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        set_limit(limit, value)


def set_limit(limit: int, value: int) -> None:
    """Set a resource limit for good; a lower one that the process has already stays."""
    hard = resource.getrlimit(limit)[1]
    least = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(limit, (least, least))


def _drop_privileges() -> None:
    require_linux()
    set_process_flag(PR_SET_NO_NEW_PRIVS, 1)
    # A core dump that a program receives is not subject to the limit.
    set_process_flag(PR_SET_DUMPABLE, 0)
    drop_capabilities()


def _python_paths() -> tuple[Path, ...]:
    libraries = os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep)
    return tuple(Path(each) for each in (sys.prefix, sys.base_prefix, *sys.path, *libraries) if each)


def _reason(step: Callable[[], None]) -> str:
    try:
        step()
    except (OSError, AttributeError) as error:
        return f"{getattr(error, 'strerror', None) or error}"
    return ""

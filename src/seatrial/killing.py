"""The end of a process together with the processes that it has started."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from typing import Any

import psutil


def kill_with_children(process: subprocess.Popen[Any]) -> None:
    """Kill a process and its children; if it leads a session, also children that have lost their parent.

    It must not have been waited for, so that its id belongs to no other process. Does not wait for it. What
    runs as another user, by sudo for example, is left.
    """
    # First: the end of a process that has ended is collected when it is killed, and then it has no session.
    leads = _leads_session(process.pid)
    with suppress(psutil.NoSuchProcess):
        for child in psutil.Process(process.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                child.kill()
    process.kill()
    if leads:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def _leads_session(pid: int) -> bool:
    try:
        return os.getsid(pid) == pid
    except ProcessLookupError:
        return False

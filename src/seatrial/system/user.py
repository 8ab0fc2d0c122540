"""Who runs this process."""

from __future__ import annotations

import os
import platform

from seatrial.workspace import login_name


def whoami() -> str:
    """Return this process as user@host/pid, for records and the Lease.

    Raises UsageError if the user has no name.
    """
    return f"{login_name()}@{platform.node()}/{os.getpid()}"

"""Who runs this process."""

from __future__ import annotations

import getpass
import os
import platform


def whoami() -> str:
    """Return this process as user@host/pid, for records and the Lease."""
    return f"{getpass.getuser()}@{platform.node()}/{os.getpid()}"

"""Unit tests depend on no variable of the environment.

Property tests run the same examples every time; `FUZZ_EXAMPLES=` (at night) lets them choose new ones.
"""

from __future__ import annotations

import gc
import os
import signal

import pytest
from hypothesis import settings

# A shell lets its background jobs ignore SIGINT, and the processes that tests interrupt would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("same examples", derandomize=not os.environ.get("FUZZ_EXAMPLES"), deadline=None)
settings.load_profile("same examples")

# `make test` sets these for its instance.
OF_MAKE = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "INSTANCE", "ENV")
# Azure Pipelines sets it; errors are then printed for its page too.
OF_CI = ("TF_BUILD",)

for name in list(os.environ):
    if name in (*OF_MAKE, *OF_CI) or (name.startswith("SEATRIAL_") and name != "SEATRIAL_CACHE"):
        del os.environ[name]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Exclude from garbage collection what is alive for the whole run: the tests and what they import."""
    gc.collect()
    gc.freeze()

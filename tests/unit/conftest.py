"""Unit tests depend on no variable of the environment.

Property tests run the same examples every time; `FUZZ_EXAMPLES=` (at night) lets them choose new ones.
"""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

# A shell lets its background jobs ignore SIGINT, and nohup SIGHUP: what tests interrupt would inherit that.
for ignored, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(ignored) is signal.SIG_IGN:
        signal.signal(ignored, handler)

settings.register_profile("same examples", derandomize=not os.environ.get("FUZZ_EXAMPLES"), deadline=None)
settings.load_profile("same examples")

# `make test` sets these for its instance.
OF_MAKE = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "INSTANCE", "ENV")
# Azure Pipelines sets it; errors are then printed for its page too.
OF_CI = ("TF_BUILD",)

for name in list(os.environ):
    if name in (*OF_MAKE, *OF_CI) or (name.startswith("SEATRIAL_") and name != "SEATRIAL_CACHE"):
        del os.environ[name]


@pytest.fixture(autouse=True)
def _instance_of_one_test() -> Iterator[None]:
    """`--instance` of a command that runs in this process sets a variable: only for its own test."""
    yield
    os.environ.pop("SEATRIAL_INSTANCE", None)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Exclude from garbage collection what is alive for the whole run: the tests and what they import."""
    gc.collect()
    gc.freeze()

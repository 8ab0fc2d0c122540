"""Fixtures of the tests of stores."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    """Close the sockets that the SDKs leave to the garbage collector, before another test is blamed."""
    yield
    gc.collect()

"""The memory of this process while a model is loaded and run."""

from __future__ import annotations

import ctypes
import gc
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from seatrial.model.inference.probe_result import Memory

STATM: Final = Path("/proc/self/statm")
SAMPLE_SECONDS: Final = 0.002


class PeakMemory:
    """Samples the resident memory of this process; the kernel's own peak would include earlier work."""

    def __init__(self) -> None:
        """Remember the memory of now, before a model is read."""
        self._before = resident()
        self._peak = self._before
        self._ended = threading.Event()

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Sample until the end of the block."""
        _give_back_memory()
        thread = threading.Thread(target=self._sample, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()

    @property
    def result(self) -> Memory | None:
        """The memory before and the peak, or None on a system without `/proc`."""
        return Memory(before=self._before, peak=self._peak) if self._before else None

    def _sample(self) -> None:
        while not self._ended.wait(SAMPLE_SECONDS):
            self._peak = max(self._peak, resident())


def resident() -> int:
    """Return the resident memory of this process in bytes, or 0 on a system without `/proc`."""
    try:
        return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _give_back_memory() -> None:
    # What the inspection of the file used would hide as much of the model's own memory.
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)

"""Grant memory to decodes, so that all that run at once stay within what the process has."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from imagemodel.decode.photo import Photo
from imagemodel.errors import BusyError, ImageTooLargeError

MEBIBYTE: Final = 1 << 20
MAX_PIXELS: Final = 50_000_000
"""The default limit: above the 48 million pixels of a phone's camera. It bounds the time of a decode."""

MAX_SIDE: Final = 65_535
"""The largest width and height: those of a JPEG. It bounds what the filters of the resize take."""

DECODE_BYTES: Final = 288 * MEBIBYTE
"""The default memory: three eighths of a pod of 768 MiB."""

SMALL: Final = 32 * MEBIBYTE
"""A decode of at most these bytes takes nothing of the budget: every baseline JPEG, for example."""

MAX_WAITING: Final = 0
"""The number of decodes that wait for memory. One that waits would hold a worker that others need."""


@dataclass(frozen=True)
class Limits:
    """What one image may have: pixels, and bytes while it is decoded."""

    max_pixels: int = MAX_PIXELS
    max_bytes: int = DECODE_BYTES

    def check(self, photo: Photo, memory: int) -> None:
        """Raise ImageTooLargeError if `photo`, which takes `memory` bytes, has or takes more."""
        size = f"{photo.width} x {photo.height} pixels"
        if photo.pixels > self.max_pixels:
            raise _too_large(f"the image has {size}, the limit is {self.max_pixels}")
        if max(photo.width, photo.height) > MAX_SIDE:
            raise _too_large(f"the image has {size}, the limit is {MAX_SIDE} for each side")
        if memory > self.max_bytes:
            raise _too_large(
                f"the image ({photo.format}, {size}) takes {_mebibytes(memory)} to decode, "
                f"the limit is {_mebibytes(self.max_bytes)}"
            )


class Budget:
    """The memory that the decodes of a process have together. Thread-safe.

    `max_waiting` decodes wait for memory, in the order in which they came; None is any number.
    """

    def __init__(self, limits: Limits | None = None, max_waiting: int | None = MAX_WAITING) -> None:
        self.limits = limits or Limits()
        self._free = self.limits.max_bytes
        self._max_waiting = max_waiting
        self._waiting: deque[object] = deque()
        self._changed = threading.Condition()

    @contextmanager
    def reserve(self, photo: Photo, memory: int) -> Iterator[None]:
        """Hold `memory` bytes for the decoding of `photo`; wait until they are free.

        Raises ImageTooLargeError if `photo` exceeds the limits, BusyError if too many decodes wait already.
        """
        self.limits.check(photo, memory)
        taken = memory if memory > SMALL else 0
        self._take(taken)
        try:
            yield
        finally:
            self._give_back(taken)

    def _take(self, memory: int) -> None:
        with self._changed:
            if memory and (self._waiting or memory > self._free):
                self._wait(memory)
            self._free -= memory

    def _wait(self, memory: int) -> None:
        if self._max_waiting is not None and len(self._waiting) >= self._max_waiting:
            raise BusyError("too many large images at once", "retry in a second, or send smaller images")
        turn = object()
        self._waiting.append(turn)
        try:
            self._changed.wait_for(lambda: self._waiting[0] is turn and memory <= self._free)
        finally:
            self._waiting.remove(turn)
            self._changed.notify_all()

    def _give_back(self, memory: int) -> None:
        with self._changed:
            self._free += memory
            self._changed.notify_all()


def _too_large(message: str) -> ImageTooLargeError:
    return ImageTooLargeError(message, "send a smaller image")


def _mebibytes(count: int) -> str:
    return f"{-(-count // MEBIBYTE)} MiB"

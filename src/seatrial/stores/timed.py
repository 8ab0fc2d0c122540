"""A deadline over any store: an SDK's own limits start anew with each byte that trickles in."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing import TimeoutError as PoolTimeoutError
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import TypeVar

from seatrial.stores.protocol import Document, Progress, Store, UnreachableError

T = TypeVar("T")


class TimedStore:
    """The store that it is given, with `seconds` for each call that moves no more than a document or a part.

    `create` may take as long as its file needs: there the SDK's limit on a silent connection holds.
    """

    def __init__(self, store: Store, seconds: float) -> None:
        self.url = store.url
        self._store = store
        self._seconds = seconds

    def read(self, key: str) -> Document | None:
        """Return a document, or None where there is none."""
        return self._within(key, lambda: self._store.read(key))

    def size(self, key: str) -> int:
        """Return a blob's size in bytes."""
        return self._within(key, lambda: self._store.size(key))

    def read_range(self, key: str, start: int, length: int) -> bytes:
        """Return a part of a blob."""
        return self._within(key, lambda: self._store.read_range(key, start, length))

    def create(self, key: str, source: Path | bytes, progress: Progress) -> bool:
        """Write a blob unless its key is taken."""
        return self._store.create(key, source, progress)

    def replace(self, key: str, content: bytes, tag: str | None) -> bool:
        """Replace a document unless it has changed."""
        return self._within(key, lambda: self._store.replace(key, content, tag))

    def _within(self, key: str, call: Callable[[], T]) -> T:
        # Its threads are daemons: one that a store leaves hanging does not keep the process.
        pool = ThreadPool(1)
        try:
            return pool.apply_async(call).get(self._seconds)
        except PoolTimeoutError as error:
            raise UnreachableError(
                f"{self.url}/{key}: the store gave no full answer within {self._seconds:g} s",
                "try again, or raise store.timeout_seconds",
            ) from error
        finally:
            pool.terminate()

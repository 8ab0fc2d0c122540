"""A deadline for each call to a store: the timeouts of an SDK start again with every byte it receives."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, wait
from pathlib import Path
from threading import Thread
from typing import TypeVar

from seatrial.stores.protocol import BlobStore, Document, Progress, StoreUnreachableError
from seatrial.total_timeout import transfer_seconds

T = TypeVar("T")


class TimedStore:
    """Adds a deadline to every call of a store: `seconds`, and the time for its bytes at the minimum rate."""

    def __init__(self, store: BlobStore, seconds: float) -> None:
        self.url = store.url
        self._store = store
        self._seconds = seconds

    def read(self, key: str) -> Document | None:
        """Return a document, or None if there is none."""
        return self._within(key, lambda: self._store.read(key))

    def size(self, key: str) -> int:
        """Return the size of a blob in bytes."""
        return self._within(key, lambda: self._store.size(key))

    def read_range(self, key: str, start: int, length: int) -> bytes:
        """Return a range of a blob."""
        return self._within(key, lambda: self._store.read_range(key, start, length), length)

    def create(self, key: str, source: Path | bytes, progress: Progress) -> bool:
        """Write a blob unless its key exists."""
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        return self._within(key, lambda: self._store.create(key, source, progress), size)

    def replace(self, key: str, content: bytes, tag: str | None) -> bool:
        """Replace a document unless it has changed."""
        return self._within(key, lambda: self._store.replace(key, content, tag))

    def _within(self, key: str, call: Callable[[], T], size: int = 0) -> T:
        seconds = transfer_seconds(self._seconds, size)
        ended = Future[T]()
        # A hanging call in a daemon thread does not keep the process from exiting.
        Thread(target=_settle, args=(ended, call), daemon=True).start()
        if wait([ended], seconds).not_done:
            raise StoreUnreachableError(
                f"{self.url}/{key}: timed out after {seconds:.0f} s",
                "try again, or raise store.timeout_seconds",
            )
        return ended.result()


def _settle(ended: Future[T], call: Callable[[], T]) -> None:
    try:
        ended.set_result(call())
    except BaseException as error:
        ended.set_exception(error)

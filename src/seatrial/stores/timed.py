"""A deadline for each call to a store: the timeouts of an SDK start again with every byte it receives."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from functools import partial
from itertools import islice
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import TypeVar

from seatrial.stores.protocol import BlobStore, Document, Progress, StoreUnreachableError

T = TypeVar("T")


class TimedStore:
    """Adds a deadline to every call of a store: `seconds`, and the time for its bytes at the minimum rate."""

    def __init__(self, store: BlobStore, seconds: float) -> None:
        self.url = store.url
        self._store = store
        self._seconds = seconds
        self._idle: list[_Worker] = []
        weakref.finalize(self, _dismiss, self._idle)

    def read(self, key: str) -> Document | None:
        """Return a document, or None if there is none."""
        return self._within(key, lambda: self._store.read(key))

    def size(self, key: str) -> int:
        """Return the size of a blob in bytes."""
        return self._within(key, lambda: self._store.size(key))

    def read_range(self, key: str, start: int, length: int) -> bytes:
        """Return a range of a blob."""
        return self._within(key, lambda: self._store.read_range(key, start, length), length)

    def names(self, prefix: str, page: int = 1000) -> Iterator[str]:
        """Yield what is directly under a prefix; each request has a deadline of its own."""
        found = self._store.names(prefix, page)
        while batch := self._within(prefix, lambda: tuple(islice(found, page))):
            yield from batch

    def delete(self, key: str) -> None:
        """Remove a blob, if there is one."""
        self._within(key, lambda: self._store.delete(key))

    def create(self, key: str, source: Path | bytes, progress: Progress) -> bool:
        """Write a blob unless its key exists."""
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        return self._within(key, lambda: self._store.create(key, source, progress), size)

    def replace(self, key: str, content: bytes, tag: str | None) -> bool:
        """Replace a document unless it has changed."""
        return self._within(key, lambda: self._store.replace(key, content, tag))

    def _within(self, key: str, call: Callable[[], T], size: int = 0) -> T:
        # Imported on use, as the SDKs are: it loads an HTTP client.
        from seatrial.total_timeout import transfer_seconds

        seconds = transfer_seconds(self._seconds, size)
        # A worker is kept for the next call, because each new thread has a memory pool of its own.
        try:
            worker = self._idle.pop()
        except IndexError:
            worker = _Worker()
        ended = worker.start(call)
        if wait([ended], seconds).not_done:
            raise StoreUnreachableError(
                f"{self.url}/{key}: timed out after {seconds:.0f} s",
                "try again, or raise store.timeout_seconds",
            )
        self._idle.append(worker)
        return ended.result()


class _Worker:
    """A thread that carries out one call after the other. It is a daemon: a hanging call prevents no exit."""

    def __init__(self) -> None:
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        Thread(target=self._work, daemon=True).start()

    def start(self, call: Callable[[], T]) -> Future[T]:
        """Start a call, and return its future result."""
        ended: Future[T] = Future()
        self._calls.put(partial(_settle, ended, call))
        return ended

    def dismiss(self) -> None:
        """End the thread after its last call."""
        self._calls.put(None)

    def _work(self) -> None:
        while call := self._calls.get():
            call()
            # Otherwise the store would be in use until the next call.
            del call


def _dismiss(workers: list[_Worker]) -> None:
    for worker in workers:
        worker.dismiss()


def _settle(ended: Future[T], call: Callable[[], T]) -> None:
    try:
        ended.set_result(call())
    except BaseException as error:
        ended.set_exception(error)

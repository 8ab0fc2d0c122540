"""Time and background work behind one protocol: threads in production, virtual time in a simulation."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from queue import SimpleQueue
from typing import Protocol, TypeVar

# Linux stops CLOCK_MONOTONIC while the machine is suspended; macOS does not, and has no CLOCK_BOOTTIME.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Event(Protocol):
    """A flag that one task sets and others wait for."""

    def set(self) -> None:
        """Set the flag."""

    def is_set(self) -> bool:
        """Return whether the flag is set."""
        ...

    def wait(self, timeout: float | None = None) -> bool:
        """Block until the flag is set or `timeout` seconds have passed; return whether it is set."""
        ...


class Task(Protocol[T_co]):
    """Work that runs in the background."""

    def done(self) -> bool:
        """Return whether the work has ended."""
        ...

    def result(self) -> T_co:
        """Wait for the work to end and return its result, or raise what it raised."""
        ...


class Workers(Protocol):
    """A bounded number of background workers."""

    def submit(self, work: Callable[[], T], /) -> Task[T]:
        """Queue work for the next free worker."""
        ...


class Runtime(Protocol):
    """The clock and the background work of a process."""

    def now(self) -> datetime:
        """Return this machine's time in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds of a clock that never goes back and runs while the machine is suspended."""
        ...

    def sleep(self, seconds: float) -> None:
        """Block for `seconds`."""

    def event(self) -> Event:
        """Return a new event."""
        ...

    def lock(self) -> AbstractContextManager[object]:
        """Return a new lock."""
        ...

    def start(self, work: Callable[[], T]) -> Task[T]:
        """Run `work` in the background. It does not keep the process alive."""
        ...

    def workers(self, count: int) -> AbstractContextManager[Workers]:
        """Return `count` workers; leaving the block waits for all submitted work."""
        ...


class SystemRuntime:
    """The machine's clock and threads."""

    def now(self) -> datetime:
        """Return this machine's time in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds of a clock that never goes back and runs while the machine is suspended."""
        return time.clock_gettime(_CLOCK)

    def sleep(self, seconds: float) -> None:
        """Block for `seconds`."""
        time.sleep(seconds)

    def event(self) -> Event:
        """Return a new event."""
        return threading.Event()

    def lock(self) -> AbstractContextManager[object]:
        """Return a new lock."""
        return threading.Lock()

    def start(self, work: Callable[[], T]) -> Task[T]:
        """Run `work` in a daemon thread."""
        task: Future[T] = Future()
        threading.Thread(target=_complete, args=(task, work), daemon=True).start()
        return task

    @contextmanager
    def workers(self, count: int) -> Iterator[Workers]:
        """Return a pool of `count` daemon threads."""
        pool = _DaemonPool()
        threads = [threading.Thread(target=pool.run, daemon=True) for _ in range(count)]
        for thread in threads:
            thread.start()
        try:
            yield pool
        finally:
            pool.end(count)
            for thread in threads:
                thread.join()


class _DaemonPool:
    """Workers that do not keep the process alive, unlike those of concurrent.futures."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Callable[[], None] | None] = SimpleQueue()

    def submit(self, work: Callable[[], T], /) -> Task[T]:
        """Queue work for the next free thread."""
        task: Future[T] = Future()
        self._queue.put(lambda: _complete(task, work))
        return task

    def run(self) -> None:
        """Do the queued work until the pool ends."""
        while (work := self._queue.get()) is not None:
            work()

    def end(self, count: int) -> None:
        """Let `count` threads end once all queued work is done."""
        for _ in range(count):
            self._queue.put(None)


def _complete(task: Future[T], work: Callable[[], T]) -> None:
    try:
        task.set_result(work())
    except BaseException as error:
        task.set_exception(error)


SYSTEM = SystemRuntime()

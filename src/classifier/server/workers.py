"""Worker threads with a bounded queue."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

Job = Callable[[], None]


class Workers:
    """`count` threads that run jobs in the order of their arrival; at most `limit` jobs wait.

    A job raises nothing. Thread-safe.
    """

    def __init__(self, name: str, count: int, limit: int) -> None:
        self._limit = limit
        self._waiting: deque[Job] = deque()
        self._changed = threading.Condition()
        self._idle = count
        self._begun: dict[int, float] = {}
        self._threads = [
            threading.Thread(target=self._run, args=(number,), name=f"{name}-{number}", daemon=True)
            for number in range(count)
        ]

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def submit(self, job: Job) -> bool:
        """Take `job`; return False if all workers are busy and the queue is full."""
        with self._changed:
            if self._is_full():
                return False
            self._waiting.append(job)
            self._changed.notify()
            return True

    def remove(self, job: Job) -> bool:
        """Remove a job that waits; return False if it has begun, begins now or is not known."""
        with self._changed:
            if len(self._waiting) <= self._idle:
                return False
            try:
                self._waiting.remove(job)
            except ValueError:
                return False
            return True

    def full(self) -> bool:
        """Return whether a job would not be taken now."""
        with self._changed:
            return self._is_full()

    def length(self) -> int:
        """Return the number of jobs that wait."""
        return len(self._waiting)

    def busy(self) -> bool:
        """Return whether a job runs."""
        return bool(self._begun)

    def longest(self) -> float:
        """Return the time in seconds since the oldest running job began, or 0."""
        begun = list(self._begun.values())
        return time.monotonic() - min(begun) if begun else 0.0

    def alive(self) -> bool:
        """Return whether every thread runs."""
        return all(thread.is_alive() for thread in self._threads)

    def _is_full(self) -> bool:
        return len(self._waiting) >= self._idle + self._limit

    def _run(self, number: int) -> None:
        while True:
            job = self._next(number)
            job()
            del job
            with self._changed:
                self._idle += 1
                del self._begun[number]

    def _next(self, number: int) -> Job:
        with self._changed:
            while not self._waiting:
                self._changed.wait()
            self._idle -= 1
            self._begun[number] = time.monotonic()
            return self._waiting.popleft()

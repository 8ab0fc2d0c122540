"""A Runtime with virtual time: waiting advances the clock and takes no real time.

Every task is a thread, and exactly one of them runs at a time. A task runs until it waits (`sleep`,
`Event.wait`, a taken lock, `Task.result`) or ends; then the runtime resumes the task that has waited
longest of those whose condition holds. If there is none, it advances the clock to the earliest deadline.
The order is therefore the same in every run.

Only tasks of the runtime may wait on it: the thread that made it, and those that `start` and `workers`
begin. Real input and output (HTTP, a subprocess) in a task takes no virtual time.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from seatrial.runtime import Event, Runtime, Task, Workers
from virtual_tasks import VirtualEvent, VirtualLock, VirtualTask

T = TypeVar("T")

START = datetime(2026, 1, 1, tzinfo=UTC)


class DeadlockError(Exception):
    """Every task waits, and none has a deadline."""


@dataclass(eq=False)
class _Wait:
    """A task that waits until `ready` returns True or the clock reaches `deadline`, in virtual seconds."""

    ready: Callable[[], bool]
    deadline: float
    resume: threading.Event = field(default_factory=threading.Event)

    def ends(self, seconds: float) -> bool:
        return self.ready() or self.deadline <= seconds


class VirtualRuntime:
    """A Runtime whose clock starts at `start` and advances only when all tasks wait."""

    def __init__(self, start: datetime = START) -> None:
        self._start = start
        self._seconds = 0.0
        self._waits: list[_Wait] = []
        self._deadlock = False

    def now(self) -> datetime:
        """Return the virtual time in UTC."""
        return self._start + timedelta(seconds=self._seconds)

    def monotonic(self) -> float:
        """Return the virtual seconds since the start."""
        return self._seconds

    def sleep(self, seconds: float) -> None:
        """Wait for virtual `seconds`."""
        self.wait_for(lambda: False, seconds)

    def suspend(self, seconds: float) -> None:
        """Advance the clock without running any task, as if the process had been suspended."""
        self._seconds += seconds

    def event(self) -> Event:
        """Return a new event."""
        return VirtualEvent(self.wait_for)

    def lock(self) -> AbstractContextManager[object]:
        """Return a new lock."""
        return VirtualLock(self.wait_for)

    def start(self, work: Callable[[], T]) -> Task[T]:
        """Start a task. It runs for the first time when the current task waits."""
        task = VirtualTask(self.wait_for, work)
        wait = self._add(lambda: True)
        threading.Thread(target=self._run, args=(task, wait), daemon=True).start()
        return task

    @contextmanager
    def workers(self, count: int) -> Iterator[Workers]:
        """Return a pool that runs at most `count` tasks at a time, in the order of submission."""
        pool = VirtualWorkers(self, count)
        try:
            yield pool
        finally:
            self.wait_for(lambda: all(task.done() for task in pool.tasks))

    def wait_for(self, ready: Callable[[], bool], seconds: float = math.inf) -> None:
        """Run the other tasks until `ready` returns True or virtual `seconds` have passed.

        Raises DeadlockError if that can never happen.
        """
        wait = self._add(ready, seconds)
        self._resume_next()
        self._await(wait)

    def _add(self, ready: Callable[[], bool], seconds: float = math.inf) -> _Wait:
        wait = _Wait(ready, self._seconds + seconds)
        self._waits.append(wait)
        return wait

    def _await(self, wait: _Wait) -> None:
        wait.resume.wait()
        if self._deadlock:
            raise DeadlockError("every task waits, and none has a deadline")

    def _run(self, task: VirtualTask[Any], wait: _Wait) -> None:
        task.run(lambda: self._await(wait))
        self._resume_next()

    def _resume_next(self) -> None:
        if not self._waits:
            return
        chosen = next((wait for wait in self._waits if wait.ends(self._seconds)), None)
        if chosen is None:
            chosen = min(self._waits, key=lambda wait: wait.deadline)
            self._deadlock = self._deadlock or math.isinf(chosen.deadline)
        if self._deadlock:
            for wait in self._waits:
                wait.resume.set()
            return
        if not chosen.ends(self._seconds):
            self._seconds = chosen.deadline
        self._waits.remove(chosen)
        chosen.resume.set()


class VirtualWorkers:
    """A pool of at most `count` tasks at a time."""

    def __init__(self, runtime: VirtualRuntime, count: int) -> None:
        self._runtime = runtime
        self._free = count
        self.tasks: list[Task[Any]] = []

    def submit(self, work: Callable[[], T], /) -> Task[T]:
        """Queue work for the next free worker."""

        def run() -> T:
            if not self._free:
                self._runtime.wait_for(lambda: self._free > 0)
            self._free -= 1
            try:
                return work()
            finally:
                self._free += 1

        task = self._runtime.start(run)
        self.tasks.append(task)
        return task


if TYPE_CHECKING:
    _: Runtime = VirtualRuntime()

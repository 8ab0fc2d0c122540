"""Machines and the Runtime of a process on one: wall clock, suspend, and connection to the clusters."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from seatrial.runtime import Event, Runtime, Task, Workers
from simulation.tasks import ProcessKilledError, Scheduler, SimulatedProcess
from simulation.tasks import Task as ScheduledTask

T = TypeVar("T")

START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(eq=False)
class Machine:
    """A machine: `offset` is its wall clock's difference (seconds) to the cluster's.

    Until `unreachable_until` it reaches no cluster, until `golden_missing_until` no golden set.
    """

    name: str
    offset: float = 0.0
    unreachable_until: float = -1.0
    golden_missing_until: float = -1.0
    suspended: float = field(default=0.0, init=False)
    resumes: float = field(default=0.0, init=False)


class SimulatedRuntime:
    """The Runtime of a process.

    `counts_suspend` is whether the monotonic clock counts the time in which the machine is suspended.
    """

    def __init__(
        self, scheduler: Scheduler, machine: Machine, process: SimulatedProcess, *, counts_suspend: bool
    ) -> None:
        self.scheduler = scheduler
        self.process = process
        self._machine = machine
        self._counts_suspend = counts_suspend

    def now(self) -> datetime:
        """Return the machine's wall clock."""
        return START + timedelta(seconds=self.scheduler.now + self._machine.offset)

    def monotonic(self) -> float:
        """Return the seconds of the monotonic clock."""
        return self.scheduler.now - (0.0 if self._counts_suspend else self._machine.suspended)

    def sleep(self, seconds: float) -> None:
        """Wait for virtual `seconds`."""
        self.scheduler.wait(seconds)

    def event(self) -> Event:
        """Return a new event."""
        return SimulatedEvent(self.scheduler)

    def lock(self) -> AbstractContextManager[object]:
        """Return a new lock."""
        return SimulatedLock(self.scheduler)

    def start(self, work: Callable[[], T]) -> Task[T]:
        """Start a background task of this process."""
        return SimulatedTask(self.scheduler.start(self.process, work))

    @contextmanager
    def workers(self, count: int) -> Iterator[Workers]:
        """Return a pool that does at most `count` pieces of work at a time."""
        pool = SimulatedWorkers(self, count)
        try:
            yield pool
        finally:
            for task in pool.tasks:
                task.wait()


class SimulatedTask(Task[T]):
    """Background work as the protocol has it."""

    def __init__(self, task: ScheduledTask) -> None:
        self._task = task

    def done(self) -> bool:
        """Return whether the work has ended."""
        return self._task.ended

    def result(self) -> T:
        """Wait for the work to end and return its result, or raise what it raised."""
        self._task.wait()
        if self._task.error is not None:
            raise self._task.error
        result: T = self._task.result
        return result


class SimulatedEvent:
    """An event in virtual time."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._set = False
        self._waiting: list[ScheduledTask] = []

    def set(self) -> None:
        """Set the flag and wake the tasks that wait for it."""
        self._set = True
        for task in self._waiting:
            if not task.ended:
                self._scheduler.wake(task)
        self._waiting.clear()

    def is_set(self) -> bool:
        """Return whether the flag is set."""
        return self._set

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the flag is set or virtual `timeout` seconds have passed; return whether it is set."""
        if not self._set:
            task = self._scheduler.running
            self._waiting.append(task)
            self._scheduler.wait(math.inf if timeout is None else timeout)
            if task in self._waiting:
                self._waiting.remove(task)
        return self._set


class SimulatedLock(AbstractContextManager[object]):
    """A lock that tasks wait for in virtual time."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._taken = False
        self._waiting: list[ScheduledTask] = []

    def __enter__(self) -> object:
        """Wait until the lock is free, and take it."""
        while self._taken:
            self._waiting.append(self._scheduler.running)
            self._scheduler.wait()
        self._taken = True
        return self

    def __exit__(self, *_: object) -> None:
        """Free the lock."""
        self._taken = False
        waiting, self._waiting = self._waiting, []
        for task in waiting:
            if not task.ended:
                self._scheduler.wake(task)


class SimulatedWorkers:
    """A pool of at most `count` tasks, each of which begins when there is work."""

    def __init__(self, runtime: SimulatedRuntime, count: int) -> None:
        self.tasks: list[ScheduledTask] = []
        self._runtime = runtime
        self._count = count
        self._queue: list[Callable[[], Any]] = []

    def submit(self, work: Callable[[], T], /) -> Task[T]:
        """Queue work for the next free task. The result cannot be waited for."""
        self._queue.append(work)
        self.tasks = [task for task in self.tasks if not task.ended]
        if len(self.tasks) < self._count:
            self.tasks.append(self._runtime.scheduler.start(self._runtime.process, self._work))
        return SimulatedTask(self.tasks[-1])

    def _work(self) -> None:
        while self._queue:
            try:
                self._queue.pop(0)()
            except ProcessKilledError:
                raise
            except Exception:
                # As in a pool of threads, an error of one piece of work does not end the others.
                continue


if TYPE_CHECKING:

    def _check(runtime: SimulatedRuntime) -> Runtime:
        return runtime

"""Tasks in virtual time: greenlets of one thread, of which one runs until it waits."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from random import Random
from typing import Any

from greenlet import greenlet


class ProcessKilledError(BaseException):
    """Ends a task whose process was killed. It is no Exception, so that no handler continues."""


class SimulatedProcess:
    """A process on a machine: its tasks end when it is killed, and stop while its machine is suspended."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.killed = False
        self.interrupted = False
        self.tasks: list[Task] = []


class Task:
    """A greenlet of a process. `generation` numbers its waits, so that outdated wake-ups have no effect."""

    def __init__(self, scheduler: Scheduler, process: SimulatedProcess, work: Callable[[], Any]) -> None:
        self.process = process
        self.background = bool(process.tasks)
        self.generation = 0
        self.deadline = 0.0
        self.ended = False
        self.result: Any = None
        self.error: BaseException | None = None
        self._waiting: list[Task] = []
        self._scheduler = scheduler
        self._work = work
        self.greenlet = greenlet(self._run, scheduler.hub)
        process.tasks.append(self)

    def _run(self) -> None:
        try:
            if not self.process.killed:
                self.result = self._work()
            else:
                self.error = ProcessKilledError()
        except BaseException as error:
            self.error = error
        self.ended = True
        self.process.tasks.remove(self)
        for task in self._waiting:
            self._scheduler.wake(task)

    def wait(self) -> None:
        """Wait until the task has ended."""
        if not self.ended:
            self._waiting.append(self._scheduler.running)
            self._scheduler.wait()


class Scheduler:
    """Runs one task at a time and advances the clock to the next deadline. `rng` orders equal deadlines."""

    def __init__(self, rng: Random, start: float = 0.0) -> None:
        self.now = start
        self.steps = 0
        self.stopping = False
        self.hub = greenlet.getcurrent()
        self.current: Task | None = None
        self.after_step: Callable[[], None] = lambda: None
        self._random = rng.random
        self._heap: list[tuple[float, float, int, Any, Any]] = []
        self._count = 0

    @property
    def running(self) -> Task:
        """The task that runs now."""
        assert self.current
        return self.current

    def start(self, process: SimulatedProcess, work: Callable[[], Any]) -> Task:
        """Start a task of a process; it runs when the current one waits."""
        if process.killed:
            raise ProcessKilledError
        task = Task(self, process, work)
        task.deadline = self.now
        self._push(self.now, task, task.generation)
        return task

    def at(self, moment: float, action: Callable[[], None]) -> None:
        """Call `action`, which must not wait, at a time."""
        self._push(moment, None, action)

    def wait(self, seconds: float = math.inf) -> None:
        """Wait until the current task is woken or `seconds` have passed while its machine runs."""
        task = self.running
        if task.process.killed:
            raise ProcessKilledError
        task.generation += 1
        task.deadline = self.now + seconds
        if task.deadline != math.inf:
            self._push(task.deadline, task, task.generation)
        self.hub.switch()
        self.check(task)

    def check(self, task: Task) -> None:
        """Raise what was sent to a task's process: a kill, or an interruption for its main task."""
        if task.process.killed:
            raise ProcessKilledError
        if task.process.interrupted and not task.background:
            task.process.interrupted = False
            raise KeyboardInterrupt

    def wake(self, task: Task) -> None:
        """Let a waiting task continue now."""
        task.generation += 1
        task.deadline = self.now
        self._push(self.now, task, task.generation)

    def kill(self, process: SimulatedProcess) -> None:
        """End every task of a process at its next step; nothing that it does has an effect from now on."""
        process.killed = True
        self._wake_all(process)

    def interrupt(self, process: SimulatedProcess) -> None:
        """Raise KeyboardInterrupt in the main task of a process, as Ctrl-C does."""
        process.interrupted = True
        for task in process.tasks:
            if not task.background and task is not self.current:
                self.wake(task)

    def suspend(self, process: SimulatedProcess, seconds: float) -> None:
        """Delay every waiting task of a process; the current task must call `wait` itself."""
        for task in process.tasks:
            if task is not self.current and task.deadline != math.inf:
                task.generation += 1
                task.deadline += seconds
                self._push(task.deadline, task, task.generation)

    def _wake_all(self, process: SimulatedProcess) -> None:
        for task in process.tasks:
            if task is not self.current:
                self.wake(task)

    def _push(self, moment: float, task: Task | None, what: Any) -> None:
        self._count += 1
        heapq.heappush(self._heap, (moment, self._random(), self._count, task, what))

    def run(self, end: float = math.inf) -> None:
        """Run until no task has a deadline, or the clock would pass `end`."""
        heap = self._heap
        while heap and heap[0][0] <= end and not self.stopping:
            moment, _, _, task, what = heapq.heappop(heap)
            if task is not None and (task.ended or what != task.generation):
                continue
            if moment > self.now:
                self.now = moment
            self.steps += 1
            if task is None:
                what()
            else:
                self.current = task
                task.greenlet.switch()
                self.current = None
            self.after_step()

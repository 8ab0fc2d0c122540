"""The runtime of the machine: clock and threads."""

from __future__ import annotations

import sys
import threading
from datetime import UTC, datetime

import pytest

from seatrial.process import run
from seatrial.runtime import SYSTEM

# Seconds after which a test fails instead of hanging.
LIMIT = 20


def test_the_clock_is_in_utc() -> None:
    """`now` is this machine's time with a time zone."""
    before = datetime.now(UTC)
    now = SYSTEM.now()
    assert before <= now <= datetime.now(UTC)
    assert now.tzinfo is UTC


def test_sleep_takes_at_least_its_time() -> None:
    """The monotonic clock advances by the seconds of `sleep`."""
    start = SYSTEM.monotonic()
    SYSTEM.sleep(0.02)
    assert SYSTEM.monotonic() - start >= 0.02


def test_a_task_runs_in_the_background() -> None:
    """`start` returns before the work has ended; `result` waits for it."""
    release = SYSTEM.event()

    def work() -> str:
        release.wait(LIMIT)
        return "done"

    task = SYSTEM.start(work)
    assert not task.done()
    release.set()
    assert task.result() == "done"
    assert task.done()


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_error_of_a_task_is_raised_by_its_result(error: type[BaseException]) -> None:
    """No exception ends a task without a trace, whatever its base class."""

    def work() -> None:
        raise error("failed")

    with pytest.raises(error, match="failed"):
        SYSTEM.start(work).result()


PROGRAM = """
from seatrial.runtime import SYSTEM

started = SYSTEM.event()

def work():
    started.set()
    SYSTEM.sleep(600)

def pool():
    with SYSTEM.workers(1) as workers:
        workers.submit(work)

SYSTEM.start({work})
started.wait({limit})
print("ended")
"""


@pytest.mark.parametrize("work", ["work", "pool"])
def test_a_task_does_not_keep_the_process_alive(work: str) -> None:
    """A process exits at the end of its main thread, although a task or a worker still runs."""
    program = PROGRAM.format(work=work, limit=LIMIT)
    assert run([sys.executable, "-c", program], timeout=LIMIT).output == "ended\n"


def test_an_event_times_out() -> None:
    """`wait` returns whether the event is set."""
    event = SYSTEM.event()
    assert not event.wait(0.01)
    event.set()
    assert event.is_set()
    assert event.wait(LIMIT)


def test_a_lock_is_exclusive() -> None:
    """A second task gets the lock when the first one has freed it."""
    lock, order = SYSTEM.lock(), list[str]()
    with lock:
        task = SYSTEM.start(lambda: _append(lock, order))
        SYSTEM.sleep(0.02)
        order.append("first")
    task.result()
    assert order == ["first", "second"]


def _append(lock: object, order: list[str]) -> None:
    with lock:  # type: ignore[attr-defined]
        order.append("second")


def test_workers_finish_all_work_before_the_block_ends() -> None:
    """Leaving the block waits for all submitted work; `count` tasks run at a time."""
    running, most, lock, pair = 0, 0, threading.Lock(), threading.Barrier(2)

    def work() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        # Fails unless two tasks run at the same time.
        pair.wait(LIMIT)
        with lock:
            running -= 1

    with SYSTEM.workers(2) as workers:
        tasks = [workers.submit(work) for _ in range(6)]
    assert all(task.done() for task in tasks)
    for task in tasks:
        task.result()
    assert most == 2

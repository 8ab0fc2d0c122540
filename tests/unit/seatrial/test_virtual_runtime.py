"""The test runtime with virtual time."""

from __future__ import annotations

import pytest

from seatrial.errors import OutsideError
from seatrial.wait import until
from virtual_runtime import START, DeadlockError, VirtualRuntime


@pytest.fixture
def runtime() -> VirtualRuntime:
    """A runtime at virtual time 0."""
    return VirtualRuntime()


def test_sleep_advances_both_clocks(runtime: VirtualRuntime) -> None:
    """`sleep` advances the virtual clocks by its seconds."""
    runtime.sleep(3600)
    assert runtime.monotonic() == 3600
    assert (runtime.now() - START).total_seconds() == 3600


def test_a_deadline_is_reached_in_virtual_time(runtime: VirtualRuntime) -> None:
    """`until` polls to its deadline without real waiting."""
    with pytest.raises(OutsideError, match="timed out after 600 s"):
        until("nothing", lambda: None, 600, runtime=runtime)
    assert 600 <= runtime.monotonic() <= 601


def test_tasks_run_in_the_order_of_their_deadlines(runtime: VirtualRuntime) -> None:
    """Tasks that sleep resume in the order of virtual time, while the main task sleeps."""
    log: list[str] = []

    def every(seconds: float, name: str) -> None:
        for _ in range(3):
            runtime.sleep(seconds)
            log.append(f"{name} {runtime.monotonic():g}")

    slow = runtime.start(lambda: every(4, "slow"))
    runtime.start(lambda: every(3, "fast"))
    assert not log
    runtime.sleep(10)
    assert log == ["fast 3", "slow 4", "fast 6", "slow 8", "fast 9"]
    slow.result()
    assert runtime.monotonic() == 12


def test_an_event_ends_a_wait_at_once(runtime: VirtualRuntime) -> None:
    """A waiting task resumes at the virtual time at which the event is set."""
    event = runtime.event()

    def wait() -> tuple[bool, float]:
        return event.wait(60), runtime.monotonic()

    task = runtime.start(wait)
    runtime.sleep(5)
    event.set()
    assert task.result() == (True, 5)


def test_an_event_that_is_not_set_times_out(runtime: VirtualRuntime) -> None:
    """`wait` returns False after its timeout."""
    assert not runtime.event().wait(60)
    assert runtime.monotonic() == 60


def test_a_result_raises_what_the_task_raised(runtime: VirtualRuntime) -> None:
    """An error of a task is raised by `result`."""

    def fail() -> None:
        runtime.sleep(1)
        raise ValueError("failed")

    task = runtime.start(fail)
    with pytest.raises(ValueError, match="failed"):
        task.result()
    assert task.done()


def test_workers_run_a_bounded_number_of_tasks(runtime: VirtualRuntime) -> None:
    """Three tasks of 10 s on two workers take 20 s, and the block waits for them."""
    ended: list[float] = []

    def work() -> None:
        runtime.sleep(10)
        ended.append(runtime.monotonic())

    with runtime.workers(2) as workers:
        for _ in range(3):
            workers.submit(work)
    assert ended == [10, 10, 20]


def test_a_lock_is_held_across_a_wait(runtime: VirtualRuntime) -> None:
    """A second task gets the lock when the first one frees it."""
    lock = runtime.lock()

    def work() -> float:
        with lock:
            runtime.sleep(10)
            return runtime.monotonic()

    tasks = [runtime.start(work), runtime.start(work)]
    assert [task.result() for task in tasks] == [10, 20]


def test_a_deadlock_is_an_error(runtime: VirtualRuntime) -> None:
    """Tasks that wait for each other without a deadline raise DeadlockError instead of hanging."""
    event = runtime.event()
    task = runtime.start(event.wait)
    with pytest.raises(DeadlockError):
        task.result()


def test_a_suspended_process_runs_no_task(runtime: VirtualRuntime) -> None:
    """`suspend` advances the clock, and tasks that are due run at the next wait."""
    task = runtime.start(lambda: runtime.sleep(1))
    runtime.suspend(10)
    assert not task.done()
    task.result()
    assert runtime.monotonic() == 11

"""Steps in the order of their dependencies, and in parallel."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import pytest

from localcloud.errors import LocalcloudError
from localcloud.parallel import Step, run_steps


def test_a_step_gets_the_results_that_it_needs(progress: Any) -> None:
    """Each step starts when the steps in its `needs` have finished, and receives their results."""
    steps = {
        "sum": Step(lambda done: done["a"] + done["b"], needs=("a", "b")),
        "a": Step(lambda _: 1),
        "b": Step(lambda _: 2),
    }

    assert run_steps(steps, progress)["sum"] == 3


def test_independent_steps_run_in_parallel(progress: Any) -> None:
    """Two steps that wait for each other both finish."""
    meet = threading.Barrier(2, timeout=5)

    results = run_steps(
        {"a": Step(lambda _: meet.wait() >= 0), "b": Step(lambda _: meet.wait() >= 0)}, progress
    )

    assert results == {"a": True, "b": True}


def test_after_a_failure_running_steps_finish_and_no_other_starts(progress: Any) -> None:
    """The first failure is raised after the running steps have finished; no further step starts."""
    failed, ended, began = threading.Event(), threading.Event(), threading.Event()
    started: list[str] = []

    def fail(_: Mapping[str, Any]) -> None:
        failed.set()
        raise LocalcloudError("no")

    def last(_: Mapping[str, Any]) -> None:
        failed.wait(5)
        ended.set()

    steps = {
        "bad": Step(fail),
        "slow": Step(last),
        "slower": Step(lambda _: ended.wait(5) and began.wait(0.3)),
        "after bad": Step(lambda _: started.append("after bad"), needs=("bad",)),
        "after slow": Step(lambda _: began.set(), needs=("slow",)),
    }
    with pytest.raises(LocalcloudError, match="no"):
        run_steps(steps, progress)

    assert ended.is_set()
    assert started == []
    assert not began.is_set()


def test_a_second_failure_is_reported(progress: Any) -> None:
    """The failures after the first one are reported as lines."""
    meet = threading.Barrier(2, timeout=5)

    def fail(_: Mapping[str, Any]) -> None:
        meet.wait()
        raise LocalcloudError("no")

    with pytest.raises(LocalcloudError):
        run_steps({"a": Step(fail), "b": Step(fail)}, progress)

    assert any("failed too: no" in line for line in progress.lines)

"""Steps in order, and side by side."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import pytest

from localcloud.errors import LocalcloudError
from localcloud.sidebyside import Step, run


def test_a_step_gets_the_results_that_it_needs(said: Any) -> None:
    """Each step begins once what it needs is there, and is given it."""
    steps = {
        "sum": Step(lambda done: done["a"] + done["b"], needs=("a", "b")),
        "a": Step(lambda _: 1),
        "b": Step(lambda _: 2),
    }

    assert run(steps, said)["sum"] == 3


def test_steps_that_do_not_need_each_other_run_side_by_side(said: Any) -> None:
    """Two steps that wait for each other both end: they run at the same time."""
    meet = threading.Barrier(2, timeout=5)

    results = run({"a": Step(lambda _: meet.wait() >= 0), "b": Step(lambda _: meet.wait() >= 0)}, said)

    assert results == {"a": True, "b": True}


def test_after_a_failure_nothing_begins_and_what_is_under_way_ends(said: Any) -> None:
    """The first failure is raised once the others are done; what needed it never began."""
    failed, ended, began = threading.Event(), threading.Event(), threading.Event()
    begun: list[str] = []

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
        "after bad": Step(lambda _: begun.append("after bad"), needs=("bad",)),
        "after slow": Step(lambda _: began.set(), needs=("slow",)),
    }
    with pytest.raises(LocalcloudError, match="no"):
        run(steps, said)

    assert ended.is_set()
    assert begun == []
    assert not began.is_set()


def test_a_second_failure_is_told_too(said: Any) -> None:
    """No failure is lost: the second one is a line."""
    meet = threading.Barrier(2, timeout=5)

    def fail(_: Mapping[str, Any]) -> None:
        meet.wait()
        raise LocalcloudError("no")

    with pytest.raises(LocalcloudError):
        run({"a": Step(fail), "b": Step(fail)}, said)

    assert any("failed too: no" in line for line in said.lines)

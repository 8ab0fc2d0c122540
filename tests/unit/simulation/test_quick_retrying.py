"""Tests that the simulation polls as tenacity does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tenacity import (
    RetryError,
    Retrying,
    retry_if_exception_type,
    retry_if_result,
    stop_after_attempt,
    wait_fixed,
)

from simulation.quick_retrying import QuickRetrying

FAILED = ValueError("failed")


def story(retrying: Any, outcomes: list[Any], retry: Any, *, reraise: bool) -> list[Any]:
    """Return what a retried call does: its pauses, then what it returns or raises."""
    pauses: list[Any] = []
    left = iter(outcomes)

    def call() -> Any:
        outcome = next(left)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    options = {"stop": stop_after_attempt(3), "wait": wait_fixed(2), "retry": retry, "reraise": reraise}
    retried: Callable[[Callable[[], Any]], Any] = retrying(**options, sleep=pauses.append)
    try:
        return [*pauses, "returns", retried(call), *pauses]
    except (ValueError, KeyError, RetryError) as error:
        return [*pauses, "raises", type(error)]


@pytest.mark.parametrize("reraise", [False, True])
@pytest.mark.parametrize(
    "retry", [retry_if_exception_type(ValueError), retry_if_result(lambda result: result is None)]
)
@pytest.mark.parametrize(
    "outcomes",
    [[1], [None, 1], [None] * 4, [FAILED, 1], [FAILED] * 4, [KeyError("other")], [None, FAILED]],
)
def test_it_polls_as_tenacity_does(outcomes: list[Any], retry: Any, reraise: bool) -> None:
    """It pauses, returns and raises the same."""
    quick = story(QuickRetrying, outcomes, retry, reraise=reraise)
    assert quick == story(Retrying, outcomes, retry, reraise=reraise)

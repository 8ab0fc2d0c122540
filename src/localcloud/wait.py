"""Poll or repeat a call under a deadline."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tenacity import (
    RetryError,
    Retrying,
    retry_if_exception_type,
    retry_if_result,
    stop_after_delay,
    wait_fixed,
)

from localcloud.errors import LocalcloudError

T = TypeVar("T")


class DeadlineError(LocalcloudError):
    """A condition was not met before its deadline."""


def until(
    failure: str,
    probe: Callable[[], T | None],
    seconds: float,
    *,
    every: float = 0.1,
    hint: str = "",
    log: Callable[[], str] = lambda: "",
) -> T:
    """Call ``probe`` until it returns something other than None or False, and return that.

    After ``seconds`` raise DeadlineError: the message is ``failure`` with the deadline, the log tail is what
    ``log`` returns. An exception of ``probe`` ends the polling at once.
    """
    retrying = Retrying(
        stop=stop_after_delay(seconds),
        wait=wait_fixed(every),
        retry=retry_if_result(lambda result: result is None or result is False),
    )
    try:
        result = retrying(probe)
    except RetryError as error:
        raise DeadlineError(f"{failure} within {seconds:g} s", hint, log()) from error
    assert result is not None  # noqa: S101 - guaranteed by retry_if_result
    return result


def retry(
    call: Callable[[], T],
    on: type[Exception] | tuple[type[Exception], ...],
    *,
    seconds: float,
    every: float = 0.2,
) -> T:
    """Call ``call`` until it does not raise ``on``; raise the last exception after ``seconds``."""
    retrying = Retrying(
        stop=stop_after_delay(seconds),
        wait=wait_fixed(every),
        retry=retry_if_exception_type(on),
        reraise=True,
    )
    return retrying(call)

"""The one way to wait for something outside: poll it, under a deadline."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

from seatrial.errors import OutsideError

T = TypeVar("T")


def until(what: str, probe: Callable[[], T | None], seconds: float, hint: str = "", every: float = 0.25) -> T:
    """Return what `probe` gives as soon as it is not None.

    `seconds` is the deadline, `every` the interval. Raises OutsideError that says `what` was waited
    for when the deadline has passed; whatever `probe` raises ends the waiting at once.
    """
    tries = Retrying(
        stop=stop_after_delay(seconds), wait=wait_fixed(every), retry=retry_if_result(lambda r: r is None)
    )
    try:
        found = tries(probe)
    except RetryError as error:
        raise OutsideError(f"{what}: not within {seconds:.0f} s", hint) from error
    assert found is not None  # noqa: S101 - retry_if_result has seen to it
    return found

"""Poll or repeat a call under a deadline. The SDKs of the stores retry by their own policies."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tenacity import (
    RetryCallState,
    RetryError,
    Retrying,
    retry_if_exception_type,
    retry_if_result,
    stop_after_attempt,
    stop_never,
    wait_fixed,
    wait_random_exponential,
)
from tenacity.stop import stop_base
from tenacity.wait import wait_base

from seatrial.errors import OutsideError
from seatrial.runtime import SYSTEM, Runtime

T = TypeVar("T")


class _Deadline(stop_base):
    def __init__(self, seconds: float, runtime: Runtime) -> None:
        self._runtime = runtime
        self._end = runtime.monotonic() + seconds

    def __call__(self, retry_state: RetryCallState) -> bool:  # noqa: ARG002
        return self._runtime.monotonic() >= self._end


def until(
    what: str,
    probe: Callable[[], T | None],
    seconds: float,
    hint: str | Callable[[], str] = "",
    every: float = 0.25,
    runtime: Runtime = SYSTEM,
) -> T:
    """Call `probe` until it returns something other than None, and return that.

    `seconds` is the deadline, `every` the interval in seconds. Raises OutsideError naming `what` if the
    deadline passes, with `hint`, which may be called then. An exception of `probe` ends the polling at once.
    """
    retrying = Retrying(
        stop=_Deadline(seconds, runtime),
        wait=wait_fixed(every),
        retry=retry_if_result(lambda result: result is None),
        sleep=runtime.sleep,
    )
    try:
        result = retrying(probe)
    except RetryError as error:
        found = hint if isinstance(hint, str) else hint()
        raise OutsideError(f"{what}: timed out after {seconds:.0f} s", found) from error
    assert result is not None  # noqa: S101 - guaranteed by retry_if_result
    return result


def retry(
    call: Callable[[], T],
    on: type[Exception] | tuple[type[Exception], ...],
    *,
    seconds: float | None = None,
    attempts: int | None = None,
    every: float = 0.5,
    backoff: float = 0.0,
    runtime: Runtime = SYSTEM,
) -> T:
    """Call `call` until it does not raise `on`; raise the last exception when the limit is reached.

    The limit is `seconds` since the first call, `attempts`, or whichever comes first. The pause is `every`
    seconds, or with `backoff` a random exponential one of at most `backoff` seconds.
    """
    stop: stop_base = stop_after_attempt(attempts) if attempts else stop_never
    if seconds is not None:
        stop = stop | _Deadline(seconds, runtime)
    pause: wait_base = wait_random_exponential(every, backoff) if backoff else wait_fixed(every)
    retrying = Retrying(
        stop=stop, wait=pause, retry=retry_if_exception_type(on), sleep=runtime.sleep, reraise=True
    )
    return retrying(call)

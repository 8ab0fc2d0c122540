"""Polling and retries under a deadline, in virtual time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from seatrial.errors import OutsideError
from seatrial.wait import retry, until
from virtual_runtime import VirtualRuntime


class TemporaryError(Exception):
    """An error that is retried."""


@dataclass
class Call:
    """A call that fails `failures` times and takes `duration` virtual seconds; `times` holds each start."""

    runtime: VirtualRuntime
    failures: float = float("inf")
    duration: float = 0
    error: type[Exception] = TemporaryError
    times: list[float] = field(default_factory=list)

    def __call__(self) -> str:
        """Return "done", or raise the error with the number of the call."""
        self.times.append(self.runtime.monotonic())
        if self.duration:
            self.runtime.sleep(self.duration)
        if len(self.times) <= self.failures:
            raise self.error(f"call {len(self.times)}")
        return "done"


def after(runtime: VirtualRuntime, seconds: float) -> Callable[[], str | None]:
    """Return a probe that succeeds from a virtual time on."""
    return lambda: "ready" if runtime.monotonic() >= seconds else None


def test_until_returns_the_first_result(runtime: VirtualRuntime) -> None:
    """The result of the probe is returned at the first poll that has one."""
    assert until("the endpoint", after(runtime, 10), 60, every=0.25, runtime=runtime) == "ready"
    assert runtime.monotonic() == 10


def test_until_polls_at_once(runtime: VirtualRuntime) -> None:
    """The first poll does not wait, and is made even if the deadline is 0."""
    assert until("the endpoint", after(runtime, 0), 0, runtime=runtime) == "ready"
    assert runtime.monotonic() == 0


@pytest.mark.parametrize("result", [0, "", False, (), []])
def test_until_accepts_every_result_but_none(runtime: VirtualRuntime, result: object) -> None:
    """Only None means "not yet": other false values are results."""
    assert until("the endpoint", lambda: result, 60, runtime=runtime) == result
    assert runtime.monotonic() == 0


def test_until_times_out(runtime: VirtualRuntime) -> None:
    """The error names what was waited for and has the hint; it is at most one interval late."""
    with pytest.raises(OutsideError, match="the endpoint: timed out after 60 s") as caught:
        until("the endpoint", lambda: None, 60, "make status", every=7, runtime=runtime)
    assert caught.value.hint == "make status"
    assert 60 <= runtime.monotonic() <= 67


def test_until_polls_at_the_interval(runtime: VirtualRuntime) -> None:
    """Between two polls there are `every` seconds."""
    times: list[float] = []

    def probe() -> str | None:
        times.append(runtime.monotonic())
        return "ready" if len(times) == 4 else None

    until("the endpoint", probe, 60, every=2, runtime=runtime)
    assert times == [0, 2, 4, 6]


def test_an_error_of_the_probe_ends_the_polling(runtime: VirtualRuntime) -> None:
    """An exception is raised at once; it is not retried."""
    call = Call(runtime)
    with pytest.raises(TemporaryError, match="call 1"):
        until("the endpoint", call, 60, runtime=runtime)
    assert call.times == [0]


def test_retry_returns_the_first_success(runtime: VirtualRuntime) -> None:
    """A call that fails twice is repeated after the pause, and its result is returned."""
    call = Call(runtime, failures=2)
    assert retry(call, TemporaryError, seconds=60, every=5, runtime=runtime) == "done"
    assert call.times == [0, 5, 10]


def test_retry_does_not_repeat_other_errors(runtime: VirtualRuntime) -> None:
    """Only the given exceptions, and their subclasses, are retried."""
    call = Call(runtime, error=ValueError)
    with pytest.raises(ValueError, match="call 1"):
        retry(call, (TemporaryError, OSError), seconds=60, runtime=runtime)
    other = Call(runtime, failures=1, error=ConnectionResetError)
    assert retry(other, (TemporaryError, OSError), seconds=60, runtime=runtime) == "done"


def test_retry_raises_the_last_error_at_the_deadline(runtime: VirtualRuntime) -> None:
    """The last exception itself is raised, at most one pause after the deadline."""
    call = Call(runtime)
    with pytest.raises(TemporaryError) as caught:
        retry(call, TemporaryError, seconds=60, every=7, runtime=runtime)
    assert str(caught.value) == f"call {len(call.times)}"
    assert 60 <= runtime.monotonic() <= 67


def test_retry_with_a_deadline_of_0_calls_once(runtime: VirtualRuntime) -> None:
    """Without patience the first failure is final, and there is no pause."""
    call = Call(runtime)
    with pytest.raises(TemporaryError):
        retry(call, TemporaryError, seconds=0, runtime=runtime)
    assert call.times == [0]
    assert runtime.monotonic() == 0


def test_retry_is_limited_by_attempts(runtime: VirtualRuntime) -> None:
    """`attempts` is the number of calls, the first one included."""
    call = Call(runtime)
    with pytest.raises(TemporaryError, match="call 3"):
        retry(call, TemporaryError, attempts=3, every=1, runtime=runtime)
    assert call.times == [0, 1, 2]


def test_retry_ends_at_the_limit_that_is_reached_first(runtime: VirtualRuntime) -> None:
    """With both limits, slow calls end by time and fast ones by number."""
    slow, fast = Call(runtime, duration=20), Call(runtime)
    with pytest.raises(TemporaryError, match="call 3"):
        retry(slow, TemporaryError, seconds=60, attempts=10, every=0.5, runtime=runtime)
    with pytest.raises(TemporaryError, match="call 10"):
        retry(fast, TemporaryError, seconds=60, attempts=10, every=0.5, runtime=runtime)


def test_backoff_is_bounded(runtime: VirtualRuntime) -> None:
    """With `backoff`, a pause is random, and no longer than `backoff` seconds."""
    call = Call(runtime)
    with pytest.raises(TemporaryError):
        retry(call, TemporaryError, attempts=20, every=1, backoff=4, runtime=runtime)
    pauses = [later - earlier for earlier, later in zip(call.times, call.times[1:], strict=False)]
    assert len(pauses) == 19
    assert all(0 <= pause <= 4 for pause in pauses)
    assert len(set(pauses)) > 1

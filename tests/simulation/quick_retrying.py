"""Polling as `tenacity.Retrying` does it, as far as `seatrial.wait` uses it, in a few lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from tenacity import RetryError

T = TypeVar("T")


@dataclass
class Attempted:
    """What a call returned or raised."""

    value: Any = None
    error: BaseException | None = None

    @property
    def failed(self) -> bool:
        """Whether it raised."""
        return self.error is not None

    def result(self) -> Any:
        """Return what it returned."""
        return self.value

    def exception(self) -> BaseException | None:
        """Return what it raised."""
        return self.error


@dataclass
class State:
    """The state of a retried call, as conditions of tenacity read it."""

    attempt_number: int = 0
    outcome: Any = None


@dataclass
class QuickRetrying:
    """Calls until `retry` is false for what was attempted or `stop` is true."""

    stop: Callable[[Any], bool]
    wait: Callable[[Any], float]
    retry: Callable[[Any], bool]
    sleep: Callable[[float], None]
    reraise: bool = False

    def __call__(self, call: Callable[[], T]) -> T:
        """Return the last result; raise the last error, or RetryError at the limit without `reraise`."""
        state = State()
        while True:
            state.attempt_number += 1
            state.outcome = outcome = self._attempt(call)
            if not self.retry(state):
                break
            if self.stop(state):
                if not (self.reraise and outcome.failed):
                    raise RetryError(state.outcome) from outcome.error
                break
            self.sleep(self.wait(state))
        if outcome.error:
            raise outcome.error
        result: T = outcome.value
        return result

    def _attempt(self, call: Callable[[], Any]) -> Attempted:
        try:
            return Attempted(call())
        except Exception as error:
            return Attempted(error=error)

"""Event, lock and task of a VirtualRuntime. They wait through its scheduler and need no lock themselves."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")


class WaitFor(Protocol):
    """Waits as VirtualRuntime.wait_for does."""

    def __call__(self, ready: Callable[[], bool], seconds: float = math.inf) -> None:
        """Run the other tasks until `ready` returns True or virtual `seconds` have passed."""


class VirtualEvent:
    """An event in virtual time."""

    def __init__(self, wait_for: WaitFor) -> None:
        self._wait_for = wait_for
        self._set = False

    def set(self) -> None:
        """Set the flag. Tasks that wait for it resume when the current task waits."""
        self._set = True

    def is_set(self) -> bool:
        """Return whether the flag is set."""
        return self._set

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the flag is set or virtual `timeout` seconds have passed; return whether it is set."""
        if not self._set:
            self._wait_for(self.is_set, math.inf if timeout is None else timeout)
        return self._set


class VirtualLock(AbstractContextManager[object]):
    """A lock that other tasks wait for in virtual time."""

    def __init__(self, wait_for: WaitFor) -> None:
        self._wait_for = wait_for
        self._taken = False

    def __enter__(self) -> object:
        """Wait until the lock is free, and take it."""
        if self._taken:
            self._wait_for(lambda: not self._taken)
        self._taken = True
        return self

    def __exit__(self, *_: object) -> None:
        """Free the lock."""
        self._taken = False


class VirtualTask(Generic[T]):
    """Work in a thread of its own."""

    def __init__(self, wait_for: WaitFor, work: Callable[[], T]) -> None:
        self._wait_for = wait_for
        self._work = work
        self._results: list[T] = []
        self._error: BaseException | None = None

    def run(self, begin: Callable[[], None]) -> None:
        """Call `begin`, then do the work and store its result or error."""
        try:
            begin()
            self._results.append(self._work())
        except BaseException as error:
            self._error = error

    def done(self) -> bool:
        """Return whether the work has ended."""
        return bool(self._results) or self._error is not None

    def result(self) -> T:
        """Wait for the work to end and return its result, or raise what it raised."""
        if not self.done():
            self._wait_for(self.done)
        if self._error is not None:
            raise self._error
        return self._results[0]

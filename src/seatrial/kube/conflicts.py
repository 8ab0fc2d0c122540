"""Repeat a write that conflicts with another one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from seatrial.kube.protocol import CONFLICT, ClusterError

T = TypeVar("T")


def repeat_on_conflict(write: Callable[[], T], attempts: int) -> T:
    """Call `write`, which reads an object and writes it, until it does not conflict; return its result.

    A conflict (status 409) means that the object was written after it was read, perhaps by a first copy of
    the same request whose response was lost. Raises the conflict of the last attempt.
    """
    for _ in range(attempts - 1):
        try:
            return write()
        except ClusterError as error:
            if error.status != CONFLICT:
                raise
    return write()

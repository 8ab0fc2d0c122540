"""A line for people while a cluster does not respond, before the error that ends the waiting."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from seatrial import console
from seatrial.kube.protocol import UnreachableError

T = TypeVar("T")


class Outage:
    """Prints one line for each time in which a cluster does not respond; none without patience."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._announced = False

    def watch(self, call: Callable[[], T]) -> T:
        """Return what `call` returns; announce the first UnreachableError since the last success."""
        try:
            found = call()
        except UnreachableError as error:
            if self._patience and not self._announced:
                self._announced = True
                console.line(f"  {error.message}: it is asked again for {self._patience:.0f} s")
            raise
        self._announced = False
        return found

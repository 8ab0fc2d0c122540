"""What the server reports to the metrics."""

from __future__ import annotations

from typing import Protocol


class Observer(Protocol):
    """Receives the events of the server. Its methods are called from several threads."""

    def refused(self, method: str, status: int, reason: str) -> None:
        """Receive that the server answered a request itself."""

    def waited(self, seconds: float) -> None:
        """Receive how long a request waited for a worker."""

    def queue(self, length: int) -> None:
        """Receive the number of requests that wait."""


class NoObserver:
    """Ignores the events."""

    def refused(self, method: str, status: int, reason: str) -> None:
        """Ignore it."""

    def waited(self, seconds: float) -> None:
        """Ignore it."""

    def queue(self, length: int) -> None:
        """Ignore it."""

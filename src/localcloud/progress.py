"""Progress of long operations, independent of how it is displayed."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol


class ProgressReporter(Protocol):
    """Receives progress from several threads at once."""

    def step(self, name: str, activity: str = "running") -> AbstractContextManager[None]:
        """Report that a step starts, and on leaving the context that it ended and how long it took.

        ``activity`` is the present participle for a step that takes long, such as "building".
        """

    def line(self, text: str) -> None:
        """Report one line of information."""

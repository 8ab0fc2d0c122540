"""How the parts of the local cloud tell what they are doing."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol


class Report(Protocol):
    """Receives progress; whoever displays it decides how. Used from several threads at once."""

    def step(self, name: str) -> AbstractContextManager[None]:
        """Say that a step begins; leaving the context says that it ended, and how long it took."""

    def line(self, text: str) -> None:
        """Say one thing worth knowing."""

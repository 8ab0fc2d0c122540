"""A progress reporter for tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class StepRecorder:
    """A progress reporter that records the names of steps."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    @contextmanager
    def step(self, name: str, activity: str = "running") -> Iterator[None]:  # noqa: ARG002
        """Record a step."""
        self.steps.append(name)
        yield

    def line(self, text: str) -> None:
        """Ignore a line."""

"""The typed results of the stages that end a release early: settle, rollback, resume."""

from __future__ import annotations

from typing import Literal

from seatrial.image_reference import ImageReference
from seatrial.results import StageResult


class RollbackResult(StageResult):
    """The release that serves now (empty: none, the first one was undone), and the one it replaced."""

    stage: Literal["rollback"] = "rollback"
    environment: str
    release: str
    replaced: str
    reference: ImageReference | Literal[""]


class SettleResult(StageResult):
    """The stable release (empty: none), and what became of each unfinished release."""

    stage: Literal["settle"] = "settle"
    environment: str
    release: str
    settled: tuple[str, ...]


class ResumeResult(StageResult):
    """The releases whose hold was lifted."""

    stage: Literal["resume"] = "resume"
    environment: str
    resumed: tuple[str, ...]

"""The schema of `validation.json`."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from seatrial.report.schema import Fact, Failure, GoldenPrediction, Headline, ReportModel

CheckStatus = Literal["passed", "failed", "not judged"]
Effect = Literal["worse", "better", "other"]


class ValidationCheck(ReportModel):
    """A check of a model, its result and the measured detail."""

    name: str
    status: CheckStatus
    detail: str


class PhotoRow(ReportModel):
    """A photo: its file, the expected label, and the answers of the new and of the live model.

    `least` is the minimum probability of a golden photo. `effect` is what the new model changes.
    """

    file: str
    expected: str
    new: GoldenPrediction
    live: GoldenPrediction | None = None
    least: float | None = None
    effect: Effect | None = None


class Confusion(ReportModel):
    """How often a model answers `answered` for photos of `expected`: the live and the new model."""

    expected: str
    answered: str
    live: int
    new: int


class ClassRow(ReportModel):
    """The share of right answers (0 to 1) in a class, with the bounds of its interval.

    `worse` and `better` count the originals on which the new model differs from the live one.
    """

    label: str
    index: int
    originals: int
    new: float
    low: float
    high: float
    live: float | None = None
    worse: int = 0
    better: int = 0


class CalibrationRow(ReportModel):
    """The answers with a confidence above `low` and up to `high`; all numbers are from 0 to 1."""

    low: float
    high: float
    share: float
    confidence: float
    accuracy: float


class BelowRow(ReportModel):
    """The answers with a confidence below `confidence`: their share, how many are right, and the interval."""

    confidence: float
    share: float
    right: float
    low: float
    high: float


class Latency(ReportModel):
    """Times of a model for one golden photo, in milliseconds."""

    model: str
    median: float
    p95: float
    slowest: float
    predictions: int


class Accuracy(ReportModel):
    """The share of right answers with its interval (0 to 1), and of answers in the `best` first ones."""

    model: str
    top1: float
    low: float
    high: float
    best: int
    in_best: float


class ValidationReport(ReportModel):
    """The report of a validation. Its tables are complete; the page shows the first rows of long ones."""

    schema_version: Literal[1] = 1
    name: str
    made: datetime
    headline: Headline
    facts: tuple[Fact, ...]
    checks: tuple[ValidationCheck, ...]
    failures: tuple[Failure, ...] = ()
    accuracy: tuple[Accuracy, ...] = ()
    golden: tuple[PhotoRow, ...] = ()
    changed: tuple[PhotoRow, ...] = ()
    confusion: tuple[Confusion, ...] = ()
    classes: tuple[ClassRow, ...] = ()
    calibration: tuple[CalibrationRow, ...] = ()
    below: tuple[BelowRow, ...] = ()
    latency: tuple[Latency, ...] = ()
    budget: float
    commands: tuple[Fact, ...] = ()

    def count(self, status: CheckStatus) -> int:
        """Return the number of checks with this result."""
        return sum(check.status == status for check in self.checks)

    def effects(self, effect: Effect) -> int:
        """Return the number of changed photos with this effect."""
        return sum(photo.effect == effect for photo in self.changed)

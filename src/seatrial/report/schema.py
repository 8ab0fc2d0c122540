"""The schema of `report.json`."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

# The two addresses that a release is checked at.
Where = Literal["preview", "live"]
Tone = Literal["good", "bad", "open"]
Status = Literal["passed", "failed", "not judged", "skipped"]
PLACES: tuple[Where, ...] = ("preview", "live")


class ReportModel(BaseModel):
    """A part of the report: immutable, without unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Headline(ReportModel):
    """The result in one line and the reason for it; `tone` selects colour and sign."""

    tone: Tone
    text: str
    why: str


class Fact(ReportModel):
    """A name and a value, with an optional note."""

    name: str
    text: str
    note: str = ""


class StateChange(ReportModel):
    """A change of the release's state; `words` is its label."""

    state: str
    words: str
    at: datetime
    by: str
    detail: str


class CheckStatus(ReportModel):
    """The result of a check in one place.

    `cases` is the number of parametrised cases that ran. `detail` is the reason of a result other
    than `passed`.
    """

    status: Status
    cases: int
    detail: str
    required: bool = True


class ReportedCheck(ReportModel):
    """A check and its result on the preview and on the live address; None if it was not run there."""

    name: str
    preview: CheckStatus | None = None
    live: CheckStatus | None = None


class GoldenPrediction(ReportModel):
    """The predicted label of a photo and its probability (0 to 1)."""

    label: str
    probability: float
    right: bool


class GoldenPhoto(ReportModel):
    """A golden photo: expected label, minimum probability (`least`), and the prediction in each place."""

    file: str
    expected: str
    least: float
    preview: GoldenPrediction | None = None
    live: GoldenPrediction | None = None


class Traffic(ReportModel):
    """Counts and latencies (milliseconds) of the requests to one place.

    `failed` had another status than 2xx, `wrong` a wrong response. `answered_by` counts the requests by
    release.
    """

    where: Where
    requests: int
    failed: int
    wrong: int
    p50: float
    p95: float
    slowest: float
    budget: float | None
    answered_by: dict[str, int]


class Failure(ReportModel):
    """A failed check or command, and the end of its log."""

    title: str
    detail: str
    log: str = ""


class AcceptanceReport(ReportModel):
    """The report of one release, or of one run of the acceptance suite by hand."""

    schema_version: Literal[3] = 3
    name: str
    made: datetime
    headline: Headline
    facts: tuple[Fact, ...]
    moments: tuple[StateChange, ...] = ()
    checks: tuple[ReportedCheck, ...]
    photos: tuple[GoldenPhoto, ...] = ()
    traffic: tuple[Traffic, ...] = ()
    failures: tuple[Failure, ...] = ()
    commands: tuple[Fact, ...] = ()

    @property
    def places(self) -> tuple[Where, ...]:
        """The places where any check ran or was skipped."""
        return tuple(where for where in PLACES if self.statuses(where))

    def statuses(self, where: Where) -> tuple[CheckStatus, ...]:
        """Return the results of all checks in one place."""
        return tuple(found for check in self.checks if (found := getattr(check, where)))

    def count(self, where: Where, status: Status) -> int:
        """Return the number of checks in a place with this result."""
        return sum(found.status == status for found in self.statuses(where))

"""What a report tells, typed: `report.json`."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

Where = Literal["preview", "live"]
Tone = Literal["good", "bad", "open"]
PLACES: tuple[Where, ...] = ("preview", "live")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Headline(_Frozen):
    """The verdict in words, and why it is that one."""

    tone: Tone
    text: str
    why: str


class Fact(_Frozen):
    """One thing that is known of what was released; `note` says it more fully."""

    name: str
    text: str
    note: str = ""


class Moment(_Frozen):
    """A release's state from one moment on, in words."""

    state: str
    words: str
    at: datetime
    by: str
    detail: str


class Outcome(_Frozen):
    """What came of a promise in one place; `cases` is in how many cases it was asked."""

    word: Literal["kept", "broken", "not asked"]
    cases: int
    detail: str


class Promise(_Frozen):
    """A promise, and what came of it on the preview and on the live address; None: it was not asked there."""

    name: str
    preview: Outcome | None = None
    live: Outcome | None = None


class Answered(_Frozen):
    """What a photo was taken for, and how surely (0 to 1)."""

    label: str
    probability: float
    right: bool


class Golden(_Frozen):
    """A golden photo: what is expected of it, how surely at least, and what was answered."""

    file: str
    expected: str
    least: float
    preview: Answered | None = None
    live: Answered | None = None


class Traffic(_Frozen):
    """Requests sent to one place, in numbers (milliseconds); `answered_by` counts them by release."""

    where: Where
    requests: int
    failed: int
    wrong: int
    p50: float
    p95: float
    slowest: float
    budget: float | None
    answered_by: dict[str, int]


class Failure(_Frozen):
    """Something that went wrong, and the end of its log."""

    title: str
    detail: str
    log: str = ""


class Report(_Frozen):
    """One release, or one run of the acceptance suite by hand, as QA reads it."""

    schema_version: Literal[1] = 1
    name: str
    made: datetime
    headline: Headline
    facts: tuple[Fact, ...]
    moments: tuple[Moment, ...] = ()
    promises: tuple[Promise, ...]
    photos: tuple[Golden, ...] = ()
    traffic: tuple[Traffic, ...] = ()
    failures: tuple[Failure, ...] = ()
    commands: tuple[Fact, ...] = ()

    @property
    def places(self) -> tuple[Where, ...]:
        """Where anything was asked."""
        return tuple(w for w in PLACES if any(getattr(promise, w) for promise in self.promises))

    def kept(self, where: Where) -> tuple[int, int]:
        """Return how many promises were kept in a place, of how many asked there."""
        outcomes = [found for promise in self.promises if (found := getattr(promise, where))]
        asked = [found for found in outcomes if found.word != "not asked"]
        return sum(found.word == "kept" for found in asked), len(asked)

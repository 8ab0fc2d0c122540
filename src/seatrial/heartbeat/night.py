"""A nightly run of any CI, and which of them was the last one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Night:
    """A run of the nightly release: when it began, and its page.

    `counts` is whether it succeeded, still runs or waits for reviewers.
    """

    began: datetime
    counts: bool
    url: str


@dataclass(frozen=True)
class NightlyCheck:
    """What was found: the hours since the last night, and the schedules that were kept in force.

    `fresh` is whether the night is recent, `why` the reason if it is not. `closed` are the issues that were
    closed, `opened` is whether one was opened.
    """

    fresh: bool
    hours: float
    why: str
    kept: tuple[str, ...] = ()
    closed: tuple[int, ...] = ()
    opened: bool = False


def last_night(nights: Iterable[Night], added: datetime) -> tuple[datetime, str]:
    """Return when the last night began, and what it was; before the first one, when it was `added`."""
    newest_first = sorted(nights, key=lambda night: night.began, reverse=True)
    for newer, night in enumerate(newest_first):
        if night.counts:
            failed = f"; {newer} since then did not succeed ({newest_first[0].url})" if newer else ""
            return night.began, f"the last nightly release began at {night.began:%Y-%m-%d %H:%M} UTC{failed}"
    return added, "no nightly release has succeeded since it was added"

"""Scales from times and latencies to SVG coordinates."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

# A longer time without a request is cut out: a release may wait hours for `accept`.
IDLE_SECONDS = 20.0
STEPS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600)


@dataclass(frozen=True)
class Tick:
    """A coordinate on an axis and its label."""

    at: float
    text: str


@dataclass(frozen=True)
class TimeScale:
    """A scale from unix seconds to x between `left` and `right`, with idle times cut to IDLE_SECONDS."""

    times: tuple[float, ...]
    shown: tuple[float, ...]
    left: float
    right: float

    @classmethod
    def over(cls, times: Iterable[float], left: float, right: float) -> TimeScale:
        """Return a scale that covers all `times`."""
        known = sorted(set(times)) or [0.0]
        shown = [0.0]
        for before, after in pairwise(known):
            shown.append(shown[-1] + min(after - before, IDLE_SECONDS))
        return cls(tuple(known), tuple(shown), left, right)

    def __call__(self, time: float) -> float:
        """Return the x coordinate of a time."""
        place = min(max(bisect_right(self.times, time) - 1, 0), len(self.times) - 1)
        beyond = min(max(time - self.times[place], 0.0), IDLE_SECONDS) if place + 1 < len(self.times) else 0.0
        return self.left + (self.shown[place] + beyond) / self._total * (self.right - self.left)

    @property
    def _total(self) -> float:
        return self.shown[-1] or 1.0

    def ticks(self, most: int = 9) -> list[Tick]:
        """Return about `most` ticks at round seconds since the first time, none inside a cut."""
        step = next((each for each in STEPS if self._total / each <= most), STEPS[-1])
        start, found = self.times[0], []
        for before, after in self._spans():
            first = math.ceil((before - start) / step)
            last = math.floor((after - start) / step)
            found += [Tick(self(start + n * step), _stopwatch(n * step)) for n in range(first, last + 1)]
        return found

    def cuts(self) -> list[Tick]:
        """Return the middle of each cut, labelled with the length of the idle time."""
        return [
            Tick(self(before) + (self(after) - self(before)) / 2, f"{duration(after - before)} idle")
            for before, after in pairwise(self.times)
            if after - before > IDLE_SECONDS
        ]

    def _spans(self) -> Iterable[tuple[float, float]]:
        begun = self.times[0]
        for before, after in pairwise(self.times):
            if after - before > IDLE_SECONDS:
                yield begun, before
                begun = after
        yield begun, self.times[-1]


@dataclass(frozen=True)
class LogScale:
    """A logarithmic scale from milliseconds to coordinates between `start` and `end`."""

    least: float
    most: float
    start: float
    end: float

    @classmethod
    def over(cls, values: Iterable[float], start: float, end: float) -> LogScale:
        """Return a scale that covers all `values`, with round ends."""
        known = [max(value, 1.0) for value in values] or [1.0, 1000.0]
        low = max((each for each in _round_values() if each <= min(known)), default=1.0)
        high = next((each for each in _round_values() if each >= max(known) and each > low), 1e6)
        return cls(low, high, start, end)

    def __call__(self, value: float) -> float:
        """Return the coordinate of a value; a value beyond an end has the coordinate of that end."""
        inside = min(max(value, self.least), self.most)
        share = math.log(inside / self.least) / math.log(self.most / self.least)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[Tick]:
        """Return ticks at round values, or only at powers of ten if those are more than seven."""
        inside = [each for each in _round_values() if self.least <= each <= self.most]
        if len(inside) > 7:
            inside = [each for each in inside if math.log10(each).is_integer()]
        return [Tick(self(each), milliseconds(each)) for each in inside]


def _stopwatch(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds // 60:.0f}:{seconds % 60:02.0f} min"


def duration(seconds: float) -> str:
    """Return a length of time in seconds, minutes or hours."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def milliseconds(value: float) -> str:
    """Return a latency in milliseconds or seconds."""
    if value >= 1000:
        return f"{value / 1000:.3g} s"
    return f"{value:.3g} ms"


def percent(share: float) -> str:
    """Return a share from 0 to 1 as a percentage with one decimal, without a needless zero."""
    return f"{100 * share:.1f}".removesuffix(".0") + "\N{NO-BREAK SPACE}%"


def _round_values() -> Iterable[float]:
    return [digit * 10.0**power for power in range(7) for digit in (1, 2, 5)]

"""From seconds and milliseconds to places on paper."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

# Where nothing happens for longer, time is cut: a release may wait hours for its verdict.
IDLE_SECONDS = 20.0
STEPS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600)


@dataclass(frozen=True)
class Tick:
    """A place on an axis, and what is written there."""

    at: float
    text: str


@dataclass(frozen=True)
class TimeScale:
    """Unix seconds to horizontal places between `left` and `right`, idle times cut short."""

    times: tuple[float, ...]
    shown: tuple[float, ...]
    left: float
    right: float

    @classmethod
    def over(cls, times: Iterable[float], left: float, right: float) -> TimeScale:
        """Return the scale on which all these moments have a place."""
        known = sorted(set(times)) or [0.0]
        shown = [0.0]
        for before, after in pairwise(known):
            shown.append(shown[-1] + min(after - before, IDLE_SECONDS))
        return cls(tuple(known), tuple(shown), left, right)

    def __call__(self, time: float) -> float:
        """Return where a moment is."""
        place = min(max(bisect_right(self.times, time) - 1, 0), len(self.times) - 1)
        beyond = min(max(time - self.times[place], 0.0), IDLE_SECONDS) if place + 1 < len(self.times) else 0.0
        return self.left + (self.shown[place] + beyond) / self._total * (self.right - self.left)

    @property
    def _total(self) -> float:
        return self.shown[-1] or 1.0

    def ticks(self, most: int = 9) -> list[Tick]:
        """Return round seconds since the first moment, at most about `most`, none inside a cut."""
        step = next((each for each in STEPS if self._total / each <= most), STEPS[-1])
        start, found = self.times[0], []
        for before, after in self._spans():
            first = math.ceil((before - start) / step)
            last = math.floor((after - start) / step)
            found += [Tick(self(start + n * step), _stopwatch(n * step)) for n in range(first, last + 1)]
        return found

    def cuts(self) -> list[Tick]:
        """Return where time was cut, and how much."""
        return [
            Tick(self(before) + (self(after) - self(before)) / 2, f"{clock(after - before)} of silence")
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
    """Milliseconds to places between `start` (the least) and `end` (the most), by orders of magnitude."""

    least: float
    most: float
    start: float
    end: float

    @classmethod
    def over(cls, values: Iterable[float], start: float, end: float) -> LogScale:
        """Return the scale on which all these values have a place, its ends round."""
        known = [max(value, 1.0) for value in values] or [1.0, 1000.0]
        low = max((each for each in _round_values() if each <= min(known)), default=1.0)
        high = next((each for each in _round_values() if each >= max(known) and each > low), 1e6)
        return cls(low, high, start, end)

    def __call__(self, value: float) -> float:
        """Return where a value is; one beyond an end is at that end."""
        inside = min(max(value, self.least), self.most)
        share = math.log(inside / self.least) / math.log(self.most / self.least)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[Tick]:
        """Return round values; only powers of ten where there are many."""
        inside = [each for each in _round_values() if self.least <= each <= self.most]
        if len(inside) > 7:
            inside = [each for each in inside if math.log10(each).is_integer()]
        return [Tick(self(each), milliseconds(each)) for each in inside]


def _stopwatch(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds // 60:.0f}:{seconds % 60:02.0f} min"


def clock(seconds: float) -> str:
    """Return a length of time as a person says it."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def milliseconds(value: float) -> str:
    """Return a latency as a person says it."""
    if value >= 1000:
        return f"{value / 1000:.3g} s"
    return f"{value:.3g} ms"


def _round_values() -> Iterable[float]:
    return [digit * 10.0**power for power in range(7) for digit in (1, 2, 5)]

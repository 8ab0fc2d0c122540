"""A histogram of latencies: bars, ticks and marks in SVG coordinates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seatrial.analysis.timeline import Sample
from seatrial.report.scale import LogScale, Tick, milliseconds
from seatrial.report.schema import Traffic

WIDTH, HEIGHT = 480, 240
LEFT, RIGHT, TOP, BOTTOM = 14, 14, 44, 30
BARS = 28


@dataclass(frozen=True)
class Bar:
    """A bar and its tooltip."""

    x: float
    y: float
    width: float
    height: float
    text: str


@dataclass(frozen=True)
class Mark:
    """A vertical line with a label in row `row`; `end` puts the label to its left."""

    x: float
    text: str
    row: int
    end: bool
    kind: str


@dataclass(frozen=True)
class Histogram:
    """The data that the template draws."""

    traffic: Traffic
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    marks: tuple[Mark, ...]
    width: int = WIDTH
    height: int = HEIGHT
    top: int = TOP
    floor: int = HEIGHT - BOTTOM
    left: int = LEFT
    right: int = WIDTH - RIGHT


def histogram(samples: Sequence[Sample], traffic: Traffic) -> Histogram:
    """Return the histogram of the successful requests' latency, with percentiles and budget marked."""
    values = [max(sample.ms, 1.0) for sample in samples if 200 <= sample.status < 300]
    known = [*values, *([traffic.budget] if traffic.budget else [])]
    scale = LogScale.over(known, LEFT, WIDTH - RIGHT)
    return Histogram(traffic, _bars(values, scale), tuple(scale.ticks()), _marks(traffic, scale))


def _bars(values: list[float], scale: LogScale) -> tuple[Bar, ...]:
    edges = [scale.least * (scale.most / scale.least) ** (n / BARS) for n in range(BARS + 1)]
    counts = [0] * BARS
    for value in values:
        place = int((scale(value) - LEFT) / (WIDTH - RIGHT - LEFT) * BARS)
        counts[min(place, BARS - 1)] += 1
    highest, width = max(counts, default=0) or 1, (WIDTH - RIGHT - LEFT) / BARS
    space = HEIGHT - BOTTOM - TOP
    return tuple(
        Bar(
            x=LEFT + n * width + 0.75,
            y=HEIGHT - BOTTOM - space * count / highest,
            width=width - 1.5,
            height=space * count / highest,
            text=f"{count} between {milliseconds(edges[n])} and {milliseconds(edges[n + 1])}",
        )
        for n, count in enumerate(counts)
        if count
    )


def _marks(traffic: Traffic, scale: LogScale) -> tuple[Mark, ...]:
    rows = [(traffic.p50, "median", "percentile"), (traffic.p95, "95th percentile", "percentile")]
    if traffic.budget:
        rows.append((traffic.budget, "threshold of the 95th", "budget"))
    marks = []
    for row, (value, name, kind) in enumerate(rows):
        x = scale(value)
        marks.append(Mark(x, f"{name}: {milliseconds(value)}", row, x > WIDTH / 2, kind))
    return tuple(marks)

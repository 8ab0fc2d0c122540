"""How long answers took: a histogram, drawn."""

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
    """A bar: its place and size, and what it says."""

    x: float
    y: float
    width: float
    height: float
    text: str


@dataclass(frozen=True)
class Mark:
    """An upright line with its name, `row` rows above the bars; `end` puts the name on its left."""

    x: float
    text: str
    row: int
    end: bool
    kind: str


@dataclass(frozen=True)
class Histogram:
    """What the template draws."""

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


def histogram(answers: Sequence[Sample], traffic: Traffic) -> Histogram:
    """Return the histogram of the answered requests' latency, with percentiles and budget marked."""
    values = [max(answer.ms, 1.0) for answer in answers if 200 <= answer.status < 300]
    known = [*values, *([traffic.budget] if traffic.budget else [])]
    scale = LogScale.over(known, LEFT, WIDTH - RIGHT)
    return Histogram(traffic, _bars(values, scale), tuple(scale.ticks()), _marks(traffic, scale))


def _bars(values: list[float], scale: LogScale) -> tuple[Bar, ...]:
    edges = [scale.least * (scale.most / scale.least) ** (n / BARS) for n in range(BARS + 1)]
    counts = [0] * BARS
    for value in values:
        place = int((scale(value) - LEFT) / (WIDTH - RIGHT - LEFT) * BARS)
        counts[min(place, BARS - 1)] += 1
    tall, width = max(counts, default=0) or 1, (WIDTH - RIGHT - LEFT) / BARS
    room = HEIGHT - BOTTOM - TOP
    return tuple(
        Bar(
            x=LEFT + n * width + 0.75,
            y=HEIGHT - BOTTOM - room * count / tall,
            width=width - 1.5,
            height=room * count / tall,
            text=f"{count} between {milliseconds(edges[n])} and {milliseconds(edges[n + 1])}",
        )
        for n, count in enumerate(counts)
        if count
    )


def _marks(traffic: Traffic, scale: LogScale) -> tuple[Mark, ...]:
    named = [(traffic.p50, "half", "percentile"), (traffic.p95, "95 %", "percentile")]
    if traffic.budget:
        named.append((traffic.budget, "budget for 95 %", "budget"))
    marks = []
    for row, (value, name, kind) in enumerate(named):
        x = scale(value)
        marks.append(Mark(x, f"{name}: {milliseconds(value)}", row, x > WIDTH / 2, kind))
    return tuple(marks)

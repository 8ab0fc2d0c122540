"""A chart of the requests during a release: lanes, dots and flags in SVG coordinates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from seatrial.analysis.timeline import Sample
from seatrial.report.scale import LogScale, Tick, TimeScale, milliseconds
from seatrial.report.schema import PLACES, StateChange, Where

# Pixels of the drawing; labels closer than MERGE_DISTANCE share one.
WIDTH, LEFT, RIGHT = 1000, 58, 14
LANE_HEIGHT, LANE_GAP, ROW_HEIGHT, FOOTER_HEIGHT = 170, 34, 19, 30
LETTER_WIDTH = 6.9
MERGE_DISTANCE = 6
# More dots would cover each other. Failures are never thinned out.
MAX_DOTS = 6_000
MAX_FAILURES = 300
NAMES: dict[Where, str] = {
    "preview": "Preview: the candidate's own address, not used by users",
    "live": "Live address: used by users",
}


@dataclass(frozen=True)
class Dots:
    """The successful requests of one slot, as an SVG path."""

    path: str
    slot: str


@dataclass(frozen=True)
class Cross:
    """A failed or wrong request and its tooltip."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Lane:
    """The requests to one place; `base` is the y coordinate of its lower edge."""

    name: str
    top: float
    base: float
    ticks: tuple[Tick, ...]
    dots: tuple[Dots, ...]
    crosses: tuple[Cross, ...]


@dataclass(frozen=True)
class Flag:
    """A vertical line at a state change, with its label; `end` puts the label to its left."""

    x: float
    y: float
    text: str
    end: bool


@dataclass(frozen=True)
class Timeline:
    """The data that the template draws; `thinned` is n if only each nth dot is drawn."""

    lanes: tuple[Lane, ...]
    flags: tuple[Flag, ...]
    ticks: tuple[Tick, ...]
    cuts: tuple[Tick, ...]
    slots: dict[str, str]
    thinned: int
    height: float
    width: int = WIDTH
    left: int = LEFT
    right: int = WIDTH - RIGHT


@dataclass(frozen=True)
class _Axes:
    """What all lanes share: the scale of time, the samples of the latency scale, slots and thinning."""

    across: TimeScale
    samples: Sequence[Sample]
    slots: Mapping[str, str]
    every: int


def timeline(
    samples: Mapping[Where, Sequence[Sample]], moments: Sequence[StateChange], slots: Mapping[str, str]
) -> Timeline | None:
    """Return the chart of the requests to each place, or None without requests.

    `slots` is the slot (blue, green) of each release.
    """
    places = [where for where in PLACES if samples.get(where)]
    if not places:
        return None
    every_sample = [sample for where in places for sample in samples[where]]
    times = [sample.t for sample in every_sample] + [moment.at.timestamp() for moment in moments]
    across = TimeScale.over(times, LEFT, WIDTH - RIGHT)
    axes = _Axes(across, every_sample, slots, max(1, -(-len(every_sample) // MAX_DOTS)))
    flags, rows = _flags(moments, across)
    tops = [rows * ROW_HEIGHT + 30.0 + n * (LANE_HEIGHT + LANE_GAP) for n in range(len(places))]
    lanes = tuple(_lane(where, samples[where], top, axes) for where, top in zip(places, tops, strict=True))
    return Timeline(
        lanes=lanes,
        flags=flags,
        ticks=tuple(across.ticks()),
        cuts=tuple(across.cuts()),
        slots={each.release: slots.get(each.release, "other") for each in every_sample if each.release},
        thinned=axes.every,
        height=lanes[-1].base + FOOTER_HEIGHT,
    )


def _lane(where: Where, samples: Sequence[Sample], top: float, axes: _Axes) -> Lane:
    up = LogScale.over((sample.ms for sample in axes.samples), top + LANE_HEIGHT, top)
    good, bad = [each for each in samples if each.ok], [each for each in samples if not each.ok]
    paths: dict[str, list[str]] = {}
    for sample in good[:: axes.every]:
        dots = paths.setdefault(axes.slots.get(sample.release, "other"), [])
        dots.append(f"M{axes.across(sample.t):.1f} {up(sample.ms):.1f}h0")
    return Lane(
        name=NAMES[where],
        top=top,
        base=top + LANE_HEIGHT,
        ticks=tuple(up.ticks()),
        dots=tuple(Dots("".join(each), slot) for slot, each in paths.items()),
        crosses=tuple(_crosses(bad[:MAX_FAILURES], axes.across, up)),
    )


def _crosses(bad: Iterable[Sample], across: TimeScale, up: LogScale) -> Iterable[Cross]:
    for sample in bad:
        text = f"{sample.status or 'no response'} after {milliseconds(sample.ms)}: {sample.why}"
        yield Cross(across(sample.t), up(sample.ms), text)


def _flags(moments: Sequence[StateChange], across: TimeScale) -> tuple[tuple[Flag, ...], int]:
    """Return the flags and the number of rows that their labels need."""
    ends: list[float] = []
    flags = []
    for x, text in _merged(moments, across):
        start, stop, end = _extent(x, text)
        row = next((n for n, taken in enumerate(ends) if taken < start), len(ends))
        ends[row : row + 1] = [stop]
        flags.append(Flag(x, (row + 1) * ROW_HEIGHT - 4, text, end))
    return tuple(flags), len(ends)


def _merged(moments: Sequence[StateChange], across: TimeScale) -> list[tuple[float, str]]:
    """Return x and label of each moment; moments closer than MERGE_DISTANCE share one label."""
    merged: list[tuple[float, str]] = []
    for moment in moments:
        x = across(moment.at.timestamp())
        if merged and x - merged[-1][0] < MERGE_DISTANCE:
            merged[-1] = (merged[-1][0], f"{merged[-1][1]}, {moment.words}")
        else:
            merged.append((x, moment.words))
    return merged


def _extent(x: float, text: str) -> tuple[float, float, bool]:
    """Return the left and right end of a label, and whether it is to the left of its line."""
    length = len(text) * LETTER_WIDTH + 10
    left_of_line = x + length > WIDTH - RIGHT
    return (x - length, x, True) if left_of_line else (x, x + length, False)

"""The requests through a release, dot by dot, and the moments of the release: drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from seatrial.analysis.timeline import Sample
from seatrial.report.scale import LogScale, Tick, TimeScale, milliseconds
from seatrial.report.schema import PLACES, Moment, Where

WIDTH, LEFT, RIGHT = 1000, 58, 14
LANE, GAP, ROW, FOOT = 170, 34, 19, 30
LETTER = 6.9
# More dots than these hide each other; failures are never left out.
MOST_DOTS = 6_000
MOST_FAILURES = 300
NAMES: dict[Where, str] = {
    "preview": "Preview: the candidate's own address, which no user knows",
    "live": "Live address: where the users are",
}


@dataclass(frozen=True)
class Dots:
    """Good answers of one release: an SVG path of dots, in the shape and colour of a slot."""

    path: str
    slot: str


@dataclass(frozen=True)
class Cross:
    """A request that went wrong, and what of it."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Lane:
    """One place's requests; `base` is its lower edge."""

    name: str
    top: float
    base: float
    ticks: tuple[Tick, ...]
    dots: tuple[Dots, ...]
    crosses: tuple[Cross, ...]


@dataclass(frozen=True)
class Flag:
    """A moment of the release: where its line stands, and its name `row` rows up."""

    x: float
    y: float
    text: str
    end: bool


@dataclass(frozen=True)
class Timeline:
    """What the template draws."""

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


def timeline(
    answers: Mapping[Where, Sequence[Sample]], moments: Sequence[Moment], slots: Mapping[str, str]
) -> Timeline | None:
    """Return the drawing of the requests to each place; None where none were kept.

    `slots` names the slot (blue, green) of each release, for its colour and shape.
    """
    places = [where for where in PLACES if answers.get(where)]
    if not places:
        return None
    asked = [answer for where in places for answer in answers[where]]
    times = [answer.t for answer in asked] + [moment.at.timestamp() for moment in moments]
    across = TimeScale.over(times, LEFT, WIDTH - RIGHT)
    flags, rows = _flags(moments, across)
    top, lanes = rows * ROW + 30.0, []
    every = max(1, -(-len(asked) // MOST_DOTS))
    for where in places:
        lanes.append(_lane(where, answers[where][:], top, asked, across, slots, every))
        top += LANE + GAP
    met = {a.release: slots.get(a.release, "other") for a in asked if a.release}
    return Timeline(
        lanes=tuple(lanes),
        flags=flags,
        ticks=tuple(across.ticks()),
        cuts=tuple(across.cuts()),
        slots=met,
        thinned=every,
        height=lanes[-1].base + FOOT,
    )


def _lane(
    where: Where,
    answers: Sequence[Sample],
    top: float,
    asked: Sequence[Sample],
    across: TimeScale,
    slots: Mapping[str, str],
    every: int,
) -> Lane:
    up = LogScale.over((answer.ms for answer in asked), top + LANE, top)
    good, bad = [a for a in answers if a.ok], [a for a in answers if not a.ok]
    paths: dict[str, list[str]] = {}
    for answer in good[::every]:
        dots = paths.setdefault(slots.get(answer.release, "other"), [])
        dots.append(f"M{across(answer.t):.1f} {up(answer.ms):.1f}h0")
    return Lane(
        name=NAMES[where],
        top=top,
        base=top + LANE,
        ticks=tuple(up.ticks()),
        dots=tuple(Dots("".join(each), slot) for slot, each in paths.items()),
        crosses=tuple(_crosses(bad[:MOST_FAILURES], across, up)),
    )


def _crosses(bad: Iterable[Sample], across: TimeScale, up: LogScale) -> Iterable[Cross]:
    for answer in bad:
        status = answer.status or "no answer"
        yield Cross(
            across(answer.t), up(answer.ms), f"{status} after {milliseconds(answer.ms)}: {answer.why}"
        )


def _flags(moments: Sequence[Moment], across: TimeScale) -> tuple[tuple[Flag, ...], int]:
    """Return the flags, names that stand close under each other; and how many rows they need."""
    merged: list[tuple[float, str]] = []
    for moment in moments:
        x = across(moment.at.timestamp())
        if merged and x - merged[-1][0] < 6:
            merged[-1] = (merged[-1][0], f"{merged[-1][1]}, {moment.words}")
        else:
            merged.append((x, moment.words))
    ends: list[float] = []
    placed = []
    for x, text in merged:
        start, stop, end = _extent(x, text)
        row = next((n for n, taken in enumerate(ends) if taken < start), len(ends))
        ends[row : row + 1] = [stop]
        placed.append((x, text, row, end))
    rows = len(ends)
    return tuple(Flag(x, (row + 1) * ROW - 4, text, end) for x, text, row, end in placed), rows


def _extent(x: float, text: str) -> tuple[float, float, bool]:
    """Return from where to where a name reaches, and whether it stands on the left of its line."""
    length = len(text) * LETTER + 10
    end = x + length > WIDTH - RIGHT
    return (x - length, x, True) if end else (x, x + length, False)

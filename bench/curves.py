"""A few curves over one time axis, as an SVG that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, PANEL, GAP, LEFT, TOP = 900, 150, 40, 60, 70
COLOURS = ("#2b6cb0", "#2f855a", "#c05621")


@dataclass(frozen=True)
class Curve:
    """Points (seconds, value); `stepped` holds each value until the next."""

    title: str
    points: Sequence[tuple[float, float]]
    stepped: bool = False


@dataclass(frozen=True)
class Mark:
    """A moment, in seconds, and what happened."""

    t: float
    text: str


def draw(title: str, curves: Sequence[Curve], marks: Sequence[Mark], seconds: float) -> str:
    """Return the drawing: a panel a curve, one under the other, the marks through all of them."""
    height = TOP + len(curves) * (PANEL + GAP) + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
        f'font-size="12"><rect width="100%" height="100%" fill="#fff"/>',
        _text(LEFT, 24, title, size=16),
    ]
    for number, curve in enumerate(curves):
        parts += _panel(curve, TOP + number * (PANEL + GAP), COLOURS[number % len(COLOURS)], seconds)
    for mark in marks:
        x = _x(mark.t, seconds)
        parts.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 30}" y2="{height - 40}" stroke="#888" '
            'stroke-dasharray="4 3"/>'
        )
        parts.append(_text(x + 4, TOP - 22, mark.text))
    parts += [_text(_x(t, seconds) - 20, height - 22, f"{t} s") for t in range(0, int(seconds) + 1, 60)]
    return "\n".join([*parts, "</svg>\n"])


def _panel(curve: Curve, top: int, colour: str, seconds: float) -> list[str]:
    highest = max((value for _, value in curve.points), default=1) or 1
    places = [(_x(t, seconds), top + PANEL * (1 - value / (highest * 1.1))) for t, value in curve.points]
    if curve.stepped:
        after = places[1:]
        places = places[:1] + [
            p for (_, y), (x, z) in zip(places, after, strict=False) for p in ((x, y), (x, z))
        ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    top_line = top + PANEL * (1 - 1 / 1.1)
    return [
        f'<rect x="{LEFT}" y="{top}" width="{WIDTH - LEFT - 20}" height="{PANEL}" fill="#f7fafc"/>',
        f'<line x1="{LEFT}" x2="{WIDTH - 20}" y1="{top_line:.1f}" y2="{top_line:.1f}" stroke="#ddd"/>',
        f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>',
        _text(LEFT, top - 6, curve.title),
        _text(8, top_line + 4, f"{highest:.4g}"),
        _text(8, top + PANEL, "0"),
    ]


def _x(t: float, seconds: float) -> float:
    return LEFT + (WIDTH - LEFT - 20) * min(t, seconds) / seconds


def _text(x: float, y: float, text: str, size: int = 12) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}">{escape(text)}</text>'

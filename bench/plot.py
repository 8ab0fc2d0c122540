"""Curves over one time axis, one panel each, as an SVG file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

PANEL_INCHES = 2.0
COLOURS = ("tab:blue", "tab:green", "tab:orange")


@dataclass(frozen=True)
class Curve:
    """Points (seconds, value); a `stepped` curve keeps each value until the next point."""

    title: str
    points: Sequence[tuple[float, float]]
    stepped: bool = False


@dataclass(frozen=True)
class Mark:
    """An event: its time in seconds, and its label."""

    t: float
    label: str


def write_plot(
    path: Path, title: str, curves: Sequence[Curve], marks: Sequence[Mark], seconds: float
) -> None:
    """Write the curves as panels one below the other, with the marks as vertical lines."""
    figure = Figure(figsize=(9, PANEL_INCHES * len(curves) + 1), layout="constrained")
    figure.suptitle(title)
    panels = figure.subplots(len(curves), sharex=True, squeeze=False)[:, 0]
    for panel, curve, colour in zip(panels, curves, COLOURS, strict=False):
        times, values = zip(*curve.points, strict=True) if curve.points else ((), ())
        panel.plot(times, values, color=colour, drawstyle="steps-post" if curve.stepped else "default")
        panel.set_title(curve.title, loc="left", fontsize="medium")
        panel.set_ylim(bottom=0)
        panel.grid(alpha=0.3)
        for mark in marks:
            panel.axvline(mark.t, color="grey", linestyle="--")
    for mark in marks:
        panels[0].text(mark.t, 0.97, f" {mark.label}", va="top", transform=panels[0].get_xaxis_transform())
    panels[-1].set_xlim(0, seconds)
    panels[-1].xaxis.set_major_locator(MultipleLocator(60))
    panels[-1].set_xlabel("seconds")
    figure.savefig(path)

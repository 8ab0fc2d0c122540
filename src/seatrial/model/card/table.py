"""The table of presets that fit a network, each with its best labels for the user's photo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from imagemodel.card import InputSpec
from seatrial.model.card.presets import PRESETS
from seatrial.model.inference.card.task import Guess


def table_of(
    specs: Mapping[str, InputSpec], guesses: Mapping[str, Sequence[Guess]], labels: Sequence[str], photo: str
) -> Table:
    """Return a row for each preset of `guesses`: how it prepares a photo, its best labels, probabilities."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, title=f"What the network sees in {escape(photo)}")
    for title in ("preset", "meant for", "prepares", "best labels"):
        table.add_column(title, overflow="fold")
    for name in PRESETS:
        if name in guesses:
            found = ", ".join(f"{labels[each.index]} {each.probability:.2f}" for each in guesses[name])
            table.add_row(name, PRESETS[name].meaning, described(specs[name]), escape(found))
    return table


def described(spec: InputSpec) -> str:
    """Return in a few words how a photo is prepared."""
    low, high = ((pixel * spec.scale - spec.mean[0]) / spec.std[0] for pixel in (0, 255))
    how = f"shorter side {spec.shortest_side}, cropped" if spec.shortest_side else "stretched"
    return f"{spec.channels}, {low:.3g} to {high:.3g}, {how}"

"""Where the bytes of an image are: by layer, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from seatrial.errors import RefusedError

MEGABYTE = 1_000_000
# What the Dockerfile copies; all that stands below is the base's.
SOURCES = {"layers/lib": "dependencies", "layers/model": "model", "layers/code": "code"}


def weigh(history: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Return the unpacked bytes of an image's base, dependencies, model and code, from its history."""
    layers = dict.fromkeys(("base", *SOURCES.values()), 0)
    for entry in history:
        layers[_name(str(entry.get("CreatedBy", "")))] += int(entry.get("Size") or 0)
    return layers


def refuse_weight(layers: Mapping[str, int], budget_mb: int) -> int:
    """Return the bytes of all layers; RefusedError, saying where they are, when over `budget_mb` (10^6)."""
    size = sum(layers.values())
    if size > budget_mb * MEGABYTE:
        where = ", ".join(f"{name} {bytes_ / MEGABYTE:.1f}" for name, bytes_ in layers.items())
        raise RefusedError(
            f"the image has {size / MEGABYTE:.1f} MB, the budget is {budget_mb}: {where}",
            "make it smaller, or set image.budget_mb",
        )
    return size


def _name(created_by: str) -> str:
    words = created_by.split()
    source = words[1].strip("/") if len(words) > 2 and words[0] == "COPY" else ""
    return SOURCES.get(source, "base")

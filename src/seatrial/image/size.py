"""The size of an image, by layer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from seatrial.errors import RefusedError

MEGABYTE = 1_000_000
# The sources of the COPY instructions of the Dockerfile; every other layer belongs to the base image.
SOURCES = {"layers/lib": "dependencies", "layers/model": "model", "layers/code": "code"}


def layer_sizes(history: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Return the unpacked bytes of base, dependencies, model and code, from the history of an image."""
    sizes = dict.fromkeys(("base", *SOURCES.values()), 0)
    for entry in history:
        sizes[_layer(str(entry.get("CreatedBy", "")))] += int(entry.get("Size") or 0)
    return sizes


def require_size_within(budget_mb: int, layers: Mapping[str, int]) -> int:
    """Return the bytes of all layers. Raises RefusedError, with the size of each, above the budget (10^6)."""
    size = sum(layers.values())
    if size > budget_mb * MEGABYTE:
        sizes = ", ".join(f"{name} {bytes_ / MEGABYTE:.1f}" for name, bytes_ in layers.items())
        raise RefusedError(
            f"the image has {size / MEGABYTE:.1f} MB, the budget is {budget_mb}: {sizes}",
            "make it smaller, or raise image.budget_mb",
        )
    return size


def _layer(created_by: str) -> str:
    words = created_by.split()
    source = words[1].strip("/") if len(words) > 2 and words[0] == "COPY" else ""
    return SOURCES.get(source, "base")

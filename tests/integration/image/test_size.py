"""The image is as small and as soon ready as it should be."""

from __future__ import annotations

from typing import Any

from seatrial.image.size import MEGABYTE, layer_sizes
from seatrial.settings import load
from seatrial.workspace import Workspace

CODE_MB = 1


def test_within_its_budget(engine: Any, image: str, workspace: Workspace) -> None:
    """All layers together keep to the budget, unpacked."""
    layers = layer_sizes(engine.images.get(image).history())
    assert sum(layers.values()) <= load(workspace).image.budget_mb * MEGABYTE, layers


def test_each_part_has_a_layer_of_its_own(engine: Any, image: str) -> None:
    """Model and code can change apart: code is small, and the model is not in its layer."""
    layers = layer_sizes(engine.images.get(image).history())
    assert all(layers.values()), layers
    assert layers["code"] < CODE_MB * MEGABYTE, layers

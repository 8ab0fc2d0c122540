"""Size and layers of the image."""

from __future__ import annotations

from typing import Any

from seatrial.image.size import MEGABYTE, layer_sizes
from seatrial.settings import load
from seatrial.workspace import Workspace

CODE_MB = 1


def test_image_is_within_size_budget(engine: Any, image: str, workspace: Workspace) -> None:
    """The unpacked size of all layers is within `image.budget_mb`."""
    layers = layer_sizes(engine.images.get(image).history())
    assert sum(layers.values()) <= load(workspace).image.budget_mb * MEGABYTE, layers


def test_code_and_model_have_separate_layers(engine: Any, image: str) -> None:
    """Code and model are in separate layers, so that a change of one does not push the other."""
    layers = layer_sizes(engine.images.get(image).history())
    assert all(layers.values()), layers
    assert layers["code"] < CODE_MB * MEGABYTE, layers

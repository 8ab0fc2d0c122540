"""The card of the example model, for which the limits of the documentation hold."""

import pytest

from imagemodel.card import CROP, InputSpec


@pytest.fixture
def spec() -> InputSpec:
    """An input of 224 x 224 pixels, cut out of 256."""
    return InputSpec(
        "x", 224, 224, "NCHW", "RGB", "float32", CROP, 256, "bicubic", 1, (127.0,) * 3, (128.0,) * 3
    )

"""Tests of the conversion of pixels to the network's numbers."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from PIL import Image

from imagemodel.card import InputSpec
from imagemodel.tensor import to_tensor

SPEC = InputSpec(
    name="x",
    dtype="float32",
    layout="NCHW",
    height=5,
    width=7,
    channels="RGB",
    scale=1.0,
    mean=(0.0, 0.0, 0.0),
    std=(1.0, 1.0, 1.0),
    resize="stretch",
    shortest_side=5,
    interpolation="bicubic",
)
STEPS = (
    (1.0, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)),
    (1.0, (127.0, 127.0, 127.0), (128.0, 128.0, 128.0)),
    (1 / 255, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    (1.0, (10.0, 20.0, 30.0), (1.0, 2.0, 3.0)),
)


def picture() -> Image.Image:
    """Return an image in which every value differs from its neighbours."""
    values = np.arange(5 * 7 * 3, dtype=np.uint8).reshape(5, 7, 3) * 2
    return Image.fromarray(values)


def expected(image: Image.Image, spec: InputSpec) -> np.ndarray:
    """Return the documented steps, one number at a time."""
    pixels = np.asarray(image)[:, :, :: -1 if spec.channels == "BGR" else 1]
    values = np.empty((3, 5, 7), dtype=np.float32)
    for channel, row, column in product(range(3), range(5), range(7)):
        value = np.float32(pixels[row, column, channel]) * np.float32(spec.scale)
        value = (value - np.float32(spec.mean[channel])) / np.float32(spec.std[channel])
        values[channel, row, column] = value.round().clip(0, 255) if spec.dtype == "uint8" else value
    return (values.transpose(1, 2, 0) if spec.layout == "NHWC" else values).astype(spec.dtype)


@pytest.mark.parametrize("dtype", ["float32", "uint8"])
@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
@pytest.mark.parametrize("channels", ["RGB", "BGR"])
@pytest.mark.parametrize(("scale", "mean", "std"), STEPS)
def test_every_number_is_that_of_the_documented_steps(
    dtype: str, layout: str, channels: str, scale: float, mean: tuple[float, ...], std: tuple[float, ...]
) -> None:
    """However it is computed, no bit differs, and the array can be written."""
    spec = replace(SPEC, dtype=dtype, layout=layout, channels=channels, scale=scale, mean=mean, std=std)
    found = to_tensor(picture(), spec)
    assert found.shape == spec.shape
    assert found.dtype == np.dtype(dtype)
    assert found.flags.c_contiguous
    assert found.flags.writeable
    np.testing.assert_array_equal(found, expected(picture(), spec))


def test_grey_channels_have_the_luma_of_a_photo() -> None:
    """A colour photo is converted, a grey one is used as it is."""
    spec = replace(SPEC, channels="GRAY", mean=(0.0,), std=(1.0,))
    grey = picture().convert("L")
    for image in (picture(), grey):
        np.testing.assert_array_equal(to_tensor(image, spec)[0], np.asarray(grey, dtype=np.float32))

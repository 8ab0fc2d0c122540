"""Turn a resized image into the array of numbers that the network takes."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from imagemodel.card import InputSpec

_MODES: Final = {"RGB": "RGB", "BGR": "RGB", "GRAY": "L"}
_UNCHANGED: Final = (1.0, 0.0, 1.0)
"""Scale, mean and standard deviation that leave a channel as it is."""


def to_tensor(image: Image.Image, spec: InputSpec) -> NDArray[Any]:
    """Return an 8-bit image of the size in `spec` as an array of shape `spec.shape` and dtype `spec.dtype`.

    The image is converted to the card's channels. Each channel is then normalised in float32:
    ``(pixel * scale - mean) / std``.
    """
    mode = _MODES[spec.channels]
    # Pillow copies an image that has the mode already.
    pixels = np.asarray(image if image.mode == mode else image.convert(mode)).reshape(
        spec.height, spec.width, -1
    )
    pixels = pixels[:, :, :: -1 if spec.channels == "BGR" else 1]
    if spec.dtype == "uint8" and _is_unchanged(spec):
        return _in_layout(pixels, spec)
    # One plane per channel: six times as fast as on interleaved channels.
    values = _normalised(np.ascontiguousarray(pixels.transpose(2, 0, 1)), spec)
    if spec.dtype == "uint8":
        values = values.round().clip(0, 255)
    values = values.transpose(1, 2, 0) if spec.layout == "NHWC" else values
    return np.ascontiguousarray(values, dtype=spec.dtype)


def _is_unchanged(spec: InputSpec) -> bool:
    steps = zip((spec.scale,) * len(spec.mean), spec.mean, spec.std, strict=True)
    return all(step == _UNCHANGED for step in steps)


def _in_layout(pixels: NDArray[np.uint8], spec: InputSpec) -> NDArray[np.uint8]:
    # A copy: the memory of `pixels` belongs to the image and cannot be written.
    return np.array(pixels if spec.layout == "NHWC" else pixels.transpose(2, 0, 1), order="C")


def _normalised(planes: NDArray[np.uint8], spec: InputSpec) -> NDArray[np.float32]:
    # The first step reads bytes and writes float32, so that no other copy is needed.
    mean, std = (np.array(each, dtype=np.float32)[:, None, None] for each in (spec.mean, spec.std))
    values = np.empty(planes.shape, dtype=np.float32)
    if spec.scale == 1:
        np.subtract(planes, mean, out=values, dtype=np.float32)
    else:
        np.multiply(planes, np.float32(spec.scale), out=values, dtype=np.float32)
        values -= mean
    values /= std
    return values

"""A preset describes how the library that it is named after prepares a photo."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from imagemodel.card import CROP
from imagemodel.preprocess import preprocess
from seatrial.errors import UsageError
from seatrial.model.card.form import PhotoInput
from seatrial.model.card.presets import PRESETS, Overrides, fitting, input_spec

SIDE: Final = 28
COLOUR: Final = PhotoInput("photo", "float32", "NCHW", SIDE, SIDE, 3, 0)
GREY: Final = PhotoInput("photo", "float32", "NCHW", SIDE, SIDE, 1, 0)
BYTES: Final = PhotoInput("photo", "uint8", "NHWC", SIDE, SIDE, 3, 0)
NONE: Final = Overrides()


def image() -> Image.Image:
    """Return a photo of 96 x 48 pixels without sharp edges, and with another value in each."""
    coarse = Image.fromarray(np.random.default_rng(3).integers(0, 256, (3, 6, 3), dtype=np.uint8))
    return coarse.resize((96, 48), Image.Resampling.BICUBIC)


def prepared(
    preset: str, form: PhotoInput = COLOUR, overrides: Overrides = NONE, **metadata: str
) -> NDArray[Any]:
    """Return the photo as the app prepares it."""
    buffer = io.BytesIO()
    image().save(buffer, "PNG")
    named = {f"Image.{name}": value for name, value in metadata.items()}
    return preprocess(buffer.getvalue(), input_spec(preset, form, named, overrides))


def by_torchvision() -> NDArray[Any]:
    """ImageClassification of torchvision.transforms._presets: resize, centre crop, scale, normalise."""
    # Its resize makes the shorter side 28 / 0.875 = 32 and keeps the aspect ratio.
    resized = image().resize((64, 32), Image.Resampling.BILINEAR)
    pixels = np.asarray(resized.crop((18, 2, 18 + SIDE, 2 + SIDE)), dtype=np.float64) / 255
    return ((pixels - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]).transpose(2, 0, 1)


def stretched(resample: Image.Resampling) -> NDArray[np.float64]:
    """Return the pixels of the photo resized, as (height, width, channel)."""
    return np.asarray(image().resize((SIDE, SIDE), resample), dtype=np.float64)


def by_keras(mode: str) -> NDArray[Any]:
    """`_preprocess_numpy_input` of keras.applications.imagenet_utils."""
    pixels = stretched(Image.Resampling.BILINEAR)
    if mode == "tf":
        return (pixels / 127.5 - 1).transpose(2, 0, 1)
    return (pixels[..., ::-1] - [103.939, 116.779, 123.68]).transpose(2, 0, 1)


def by_custom_vision(is_bgr: bool, is_range255: bool) -> NDArray[Any]:
    """The sample of Azure Custom Vision for exported ONNX files; Pillow resizes by bicubic."""
    pixels = stretched(Image.Resampling.BICUBIC).transpose(2, 0, 1)
    return (pixels[::-1] if is_bgr else pixels) / (1 if is_range255 else 255)


@pytest.mark.parametrize(
    ("preset", "expected"),
    [
        ("keras-tf", lambda: by_keras("tf")),
        ("keras-caffe", lambda: by_keras("caffe")),
        ("custom-vision", lambda: by_custom_vision(True, True)),
        ("raw", lambda: stretched(Image.Resampling.BILINEAR).transpose(2, 0, 1)),
        ("unit", lambda: stretched(Image.Resampling.BILINEAR).transpose(2, 0, 1) / 255),
    ],
)
def test_a_preset_gives_the_numbers_of_its_library(preset: str, expected: Callable[[], NDArray[Any]]) -> None:
    """The app prepares a photo as the library's own code does."""
    np.testing.assert_allclose(prepared(preset), expected(), atol=1e-4)


def test_torchvision_resizes_and_crops_like_the_library() -> None:
    """The app resizes and crops in one step, which rounds a pixel by one of 255 levels at most."""
    np.testing.assert_allclose(prepared("torchvision"), by_torchvision(), atol=1.1 / 255 / 0.224)
    spec = input_spec("torchvision", PhotoInput("x", "float32", "NCHW", 224, 224, 3, 0), {}, NONE)
    assert (spec.shortest_side, spec.interpolation) == (256, "bilinear")


@pytest.mark.parametrize(
    ("order", "span", "bgr", "range255"),
    [
        ("Bgr8", "NominalRange_0_255", True, True),
        ("Rgb8", "NominalRange_0_255", False, True),
        ("Bgr8", "Normalized_0_1", True, False),
        ("Rgb8", "Normalized_0_1", False, False),
    ],
)
def test_custom_vision_reads_order_and_range_from_the_file(
    order: str, span: str, bgr: bool, range255: bool
) -> None:
    """The metadata of an export describe its input."""
    found = prepared("custom-vision", BitmapPixelFormat=order, NominalPixelRange=span)
    np.testing.assert_allclose(found, by_custom_vision(bgr, range255), atol=1e-4)


@pytest.mark.parametrize(
    ("form", "presets"),
    [
        (COLOUR, ["torchvision", "keras-tf", "keras-caffe", "raw", "custom-vision", "unit"]),
        (GREY, ["keras-tf", "raw", "unit"]),
        (BYTES, ["raw"]),
    ],
)
def test_presets_fit_depth_and_type(form: PhotoInput, presets: list[str]) -> None:
    """Grey photos have no mean of ImageNet; bytes are pixels as they are."""
    assert fitting(form) == presets
    for name in set(PRESETS) - set(presets):
        with pytest.raises(UsageError, match=f"PRESET: {name} does not fit"):
            input_spec(name, form, {}, NONE)
    with pytest.raises(UsageError, match="PRESET: imagenet does not fit"):
        input_spec("imagenet", form, {}, NONE)


def test_values_of_the_user_replace_those_of_the_preset() -> None:
    """A network trained with its own mean and size needs no preset of its own."""
    own = Overrides(mean=(0.1307,), std=(0.3081,), resize="stretch", interpolation="bicubic")
    spec = input_spec("unit", GREY, {}, own)
    assert (spec.mean, spec.std, spec.interpolation) == ((0.1307,), (0.3081,), "bicubic")
    bgr = input_spec("torchvision", COLOUR, {}, Overrides(channels="BGR", resize="stretch"))
    cropped = input_spec("keras-tf", COLOUR, {}, Overrides(resize="crop", shortest_side=32))
    assert (cropped.resize, cropped.shortest_side) == (CROP, 32)
    assert (bgr.mean, bgr.channels, bgr.resize) == ((0.406, 0.456, 0.485), "BGR", "stretch")


@pytest.mark.parametrize(
    ("own", "words"),
    [
        (Overrides(mean=(1.0, 2.0)), "MEAN: expected 3 numbers, found 2"),
        (Overrides(std=(0.0,)), "STD: 0"),
        (Overrides(shortest_side=20), "RESIZE: 20"),
    ],
)
def test_impossible_values_are_wrong_usage(own: Overrides, words: str) -> None:
    """The error names the variable."""
    with pytest.raises(UsageError, match=words):
        input_spec("raw", COLOUR, {}, own)

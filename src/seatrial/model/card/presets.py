"""How exporters expect a photo to be prepared: presets by the name of their library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import floor
from typing import Any, Final

from imagemodel.card import CROP, InputSpec
from seatrial.errors import UsageError
from seatrial.model.card.form import PhotoInput


@dataclass(frozen=True)
class Preset:
    """How to prepare a photo: a pixel p from 0 to 255 becomes ``(p * scale - mean) / std``.

    `crop` is the share of the shorter side that is kept, or 0 to resize the whole photo. One `mean` and `std`
    stand for all channels. `depths` and `dtypes` are the inputs for which the preset is meant.
    """

    meaning: str
    scale: float = 1.0
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)
    channels: str = "RGB"
    crop: float = 0.0
    interpolation: str = "bilinear"
    depths: tuple[int, ...] = (1, 3)
    integers: bool = False


# Sources: docs/reference/card.md.
PRESETS: Final[Mapping[str, Preset]] = {
    "torchvision": Preset(
        "PyTorch: torchvision, timm",
        scale=1 / 255,
        mean=(0.485, 0.456, 0.406),
        std=(0.229, 0.224, 0.225),
        crop=0.875,
        depths=(3,),
    ),
    "keras-tf": Preset("Keras, mode tf: -1 to 1", scale=1 / 127.5, mean=(1.0,)),
    "keras-caffe": Preset(
        "Keras, mode caffe: BGR", mean=(103.939, 116.779, 123.68), channels="BGR", depths=(3,)
    ),
    "raw": Preset("pixels from 0 to 255; the network normalises them itself", integers=True),
    "custom-vision": Preset("Azure Custom Vision", channels="BGR", interpolation="bicubic", depths=(3,)),
    "unit": Preset("pixels from 0 to 1: TensorFlow Hub, Ultralytics, ToTensor alone", scale=1 / 255),
}


@dataclass(frozen=True)
class Overrides:
    """What the user gives instead of a preset's value; empty or 0: the preset's.

    `resize` is ``stretch`` or ``crop``; `shortest_side` is that of the photo before the crop, in pixels.
    """

    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    scale: float | None = None
    channels: str = ""
    resize: str = ""
    shortest_side: int = 0
    interpolation: str = ""


def fitting(photo: PhotoInput) -> list[str]:
    """Return the names of the presets that fit an input, in the order of `PRESETS`."""
    return [
        name
        for name, preset in PRESETS.items()
        if photo.depth in preset.depths and (preset.integers or photo.dtype != "uint8")
    ]


def input_spec(name: str, photo: PhotoInput, metadata: Mapping[str, str], overrides: Overrides) -> InputSpec:
    """Return how a photo is prepared for an input by the preset `name`, as the card describes it.

    `metadata` are the network's own, from which Custom Vision's order of channels and range are read. Raises
    UsageError if the preset does not fit the input or an override is not possible.
    """
    if name not in fitting(photo):
        raise UsageError(
            f"PRESET: {name} does not fit an input of {photo.depth} channels of {photo.dtype}",
            f"PRESET={' or '.join(fitting(photo))}",
        )
    preset = PRESETS[name]
    if name == "custom-vision":
        preset = _described_by(preset, metadata)
    spec = _spec(_overridden(preset, overrides, photo.depth), photo)
    if not overrides.shortest_side:
        return spec
    if overrides.shortest_side < max(photo.height, photo.width):
        raise UsageError(
            f"RESIZE: {overrides.shortest_side} is smaller than the input of {photo.height} x {photo.width}",
            f"RESIZE={max(photo.height, photo.width)} or more",
        )
    return replace(spec, resize=CROP, shortest_side=overrides.shortest_side)


def _described_by(preset: Preset, metadata: Mapping[str, str]) -> Preset:
    order, span = (metadata.get(f"Image.{key}") for key in ("BitmapPixelFormat", "NominalPixelRange"))
    if order is None and span is None:
        return preset
    scale = 1.0 if span == "NominalRange_0_255" else 1 / 255
    return replace(preset, channels="BGR" if order == "Bgr8" else "RGB", scale=scale)


def _overridden(preset: Preset, overrides: Overrides, depth: int) -> Preset:
    changes: dict[str, Any] = {}
    if overrides.channels and overrides.channels != preset.channels:
        changes |= {"channels": overrides.channels, "mean": preset.mean[::-1], "std": preset.std[::-1]}
    for field in ("mean", "std"):
        values = getattr(overrides, field)
        if values and len(values) not in (1, depth):
            raise UsageError(f"{field.upper()}: expected {depth} numbers, found {len(values)}", "MEAN=a,b,c")
        changes |= {field: values} if values else {}
    if any(value == 0 for value in overrides.std):
        raise UsageError("STD: 0 is not possible", "STD=a,b,c")
    changes |= {"scale": overrides.scale} if overrides.scale is not None else {}
    changes |= {"interpolation": overrides.interpolation} if overrides.interpolation else {}
    if overrides.resize:
        changes["crop"] = 0.0 if overrides.resize == "stretch" else preset.crop or 1.0
    return replace(preset, **changes)


def _spec(preset: Preset, photo: PhotoInput) -> InputSpec:
    side = max(photo.height, photo.width)
    return InputSpec(
        name=photo.name,
        height=photo.height,
        width=photo.width,
        layout=photo.layout,
        channels="GRAY" if photo.depth == 1 else preset.channels,
        dtype="uint8" if photo.dtype == "uint8" else "float32",
        resize=CROP if preset.crop else "stretch",
        shortest_side=floor(side / preset.crop) if preset.crop else 0,
        interpolation=preset.interpolation,
        scale=preset.scale,
        mean=_per_channel(preset.mean, photo.depth),
        std=_per_channel(preset.std, photo.depth),
    )


def _per_channel(values: tuple[float, ...], depth: int) -> tuple[float, ...]:
    return values * depth if len(values) == 1 else values

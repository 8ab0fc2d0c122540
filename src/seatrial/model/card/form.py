"""What a network takes and gives: its input as photos, and the scores of the classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from onnx import TensorProto

from seatrial.errors import RefusedError, UsageError

FLOATS: Final[dict[int, str]] = {
    TensorProto.FLOAT: "float32",
    TensorProto.FLOAT16: "float16",
    TensorProto.DOUBLE: "float64",
}
_CHANNELS: Final = {"NCHW": 1, "NHWC": 3}
INPUTS: Final[dict[int, str]] = {**FLOATS, TensorProto.UINT8: "uint8"}


@dataclass(frozen=True)
class Hints:
    """What the user adds where the file of a network is incomplete: empty or 0 if the file decides.

    `size` is height and width in pixels; `output` the name of an output.
    """

    layout: str = ""
    size: tuple[int, int] = (0, 0)
    output: str = ""


@dataclass(frozen=True)
class PhotoInput:
    """The input of a network: its name, type (`INPUTS`) and shape; `depth` is its number of channels.

    `batch` is 1, or 0 if any number of photos can be predicted at once.
    """

    name: str
    dtype: str
    layout: str
    height: int
    width: int
    depth: int
    batch: int


def dimensions(value: Any) -> list[int | str] | None:
    """Return the shape of a tensor: a number or a name for each dimension, None if the file has no shape.

    The name is empty where the file has none, or -1 as some exporters write.
    """
    tensor = value.type.tensor_type
    if not tensor.HasField("shape"):
        return None
    return [each.dim_value if each.dim_value > 0 else each.dim_param for each in tensor.shape.dim]


def read_input(graph: Any, hints: Hints, source: str) -> PhotoInput:
    """Return the input of a network.

    Raises RefusedError if it has several inputs, takes no photos or several at a time, UsageError if its
    layout or its size is neither in the file nor in `hints`.
    """
    weights = {each.name for each in graph.initializer}
    inputs = [each for each in graph.input if each.name not in weights]
    if len(inputs) != 1:
        names = ", ".join(each.name for each in inputs) or "none"
        raise RefusedError(
            f"{source}: expected one input, found {names}", "export it with the photo as its only input"
        )
    (found,) = inputs
    kind = found.type.tensor_type.elem_type
    if kind not in INPUTS:
        name = {number: name for name, number in TensorProto.DataType.items()}.get(kind, f"number {kind}")
        raise RefusedError(
            f"{source}: input {found.name} has type {name.lower()}, expected {', '.join(INPUTS.values())}",
            "export it with a float32 input",
        )
    shape = dimensions(found)
    if shape is None or len(shape) != 4:
        raise RefusedError(
            f"{source}: input {found.name} has shape {_show(shape)}, expected four dimensions",
            "export it for photos: [batch, channels, height, width] or [batch, height, width, channels]",
        )
    layout = _layout(shape, hints, f"{source}: input {found.name}")
    return _photo_input(found.name, INPUTS[kind], shape, layout, hints, source)


def _photo_input(
    name: str, dtype: str, shape: list[int | str], layout: str, hints: Hints, source: str
) -> PhotoInput:
    batch, first, second, third = shape
    depth, height, width = (first, second, third) if layout == "NCHW" else (third, first, second)
    if isinstance(batch, int) and batch > 1:
        raise RefusedError(
            f"{source}: input {name} takes {batch} photos at a time, expected 1 or any number",
            "export it with a batch of 1, or with a dynamic batch",
        )
    sides = []
    for side, hint in ((height, hints.size[0]), (width, hints.size[1])):
        known = _known(side) or hint
        if not known:
            raise UsageError(
                f"{source}: input {name} has shape {_show(shape)}: its size is not in the file",
                "name the height and width in pixels that it was trained with, SIZE=224 or SIZE=224x320",
            )
        sides.append(known)
    return PhotoInput(name, dtype, layout, sides[0], sides[1], _known(depth) or 3, int(batch == 1))


def _layout(shape: list[int | str], hints: Hints, what: str) -> str:
    possible = [layout for layout, place in _CHANNELS.items() if _known(shape[place]) in (0, 1, 3)]
    if not possible or (hints.layout and hints.layout not in possible):
        raise RefusedError(
            f"{what} has shape {_show(shape)}, expected 1 or 3 channels in the second or last dimension",
            "export it for grey photos (1 channel) or colour photos (3 channels)",
        )
    if hints.layout:
        return hints.layout
    likely = [layout for layout in possible if _is_channels(shape[_CHANNELS[layout]])]
    for choice in (likely, possible):
        if len(choice) == 1:
            return choice[0]
    raise UsageError(f"{what} has shape {_show(shape)}: its layout is not in the file", "LAYOUT=NCHW or NHWC")


def _known(dimension: int | str) -> int:
    return dimension if isinstance(dimension, int) else 0


def _is_channels(dimension: int | str) -> bool:
    return dimension in (1, 3) or "channel" in str(dimension).lower() or str(dimension).lower() == "c"


def _show(shape: list[int | str] | None) -> str:
    return "unknown" if shape is None else f"[{', '.join(str(each or '?') for each in shape)}]"

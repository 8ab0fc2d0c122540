"""Image classifiers of a few kilobytes, in the forms of many exporters, that classify photos by their colour.

`network` predicts ``photo(index, classes, channels)`` as ``labels(classes, channels)[index]`` with a
probability above 0.9, if its input is prepared by its `normalisation`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from imagemodel.card import Card
from imagemodel.seal import seal
from network_classes import codes
from network_classes import labels as labels
from network_classes import photo as photo
from network_outputs import output_nodes

SIDE: Final = 16
DTYPES: Final = {
    "float32": TensorProto.FLOAT,
    "float16": TensorProto.FLOAT16,
    "float64": TensorProto.DOUBLE,
    "uint8": TensorProto.UINT8,
}
# The logarithm of how much more probable a class is than its nearest neighbour, on its own photo.
_MARGIN: Final = 6.0


@dataclass(frozen=True)
class Normalisation:
    """What a network expects of a pixel p from 0 to 255: ``(p * scale - mean) / std``.

    `mean` and `std` are in the network's order of channels.
    """

    scale: float = 1.0
    mean: tuple[float, ...] = (0.0, 0.0, 0.0)
    std: tuple[float, ...] = (1.0, 1.0, 1.0)


RAW: Final = Normalisation()


def network(
    classes: int = 3,
    layout: str = "NCHW",
    channels: str = "RGB",
    dtype: str = "float32",
    batch: int | str = "N",
    output: str = "logits",
    *,
    side: int = SIDE,
    normalisation: Normalisation = RAW,
) -> onnx.ModelProto:
    """Return a classifier with the input `photo`, of `side` x `side` pixels.

    `layout` is NCHW or NHWC, `channels` RGB, BGR or GRAY, `dtype` a key of `DTYPES`, `batch` the size or the
    name of the first dimension, `output` a key of `network_outputs.OUTPUTS`. A tensor of scores has the type
    of the input, or float32 if that is uint8.
    """
    depth = 1 if channels == "GRAY" else 3
    shape = [batch, depth, side, side] if layout == "NCHW" else [batch, side, side, depth]
    scores = DTYPES["float32" if dtype == "uint8" else dtype]
    last, outputs = output_nodes(output, labels(classes, channels), batch, scores)
    graph = helper.make_graph(
        [*_nodes(layout), *last],
        "colours",
        [helper.make_tensor_value_info("photo", DTYPES[dtype], shape)],
        outputs,
        [numpy_helper.from_array(v, k) for k, v in _weights(classes, channels, side, normalisation).items()],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def write_model(
    directory: Path,
    classes: int = 3,
    layout: str = "NCHW",
    channels: str = "RGB",
    dtype: str = "float32",
    batch: int | str = "N",
    output: str = "logits",
    *,
    name: str = "generated",
    version: str = "1.0.0",
) -> Card:
    """Write such a classifier as a sealed model into the new `directory` and return its card.

    `dtype` is float32 or uint8, and `output` is logits or probabilities: what a card can describe.
    """
    directory.mkdir(parents=True)
    onnx.save(network(classes, layout, channels, dtype, batch, output), directory / "model.onnx")
    (directory / "labels.txt").write_text("".join(f"{label}\n" for label in labels(classes, channels)))
    description = {
        "name": name,
        "version": version,
        "licence": "MIT",
        "task": "image-classification",
        "input": _card_input(layout, channels, dtype),
        "output": {"name": "output", "kind": output, "classes": classes},
        "metrics": {},
    }
    return seal(directory, description)


def _card_input(layout: str, channels: str, dtype: str) -> dict[str, Any]:
    depth = 1 if channels == "GRAY" else 3
    form = {"name": "photo", "height": SIDE, "width": SIDE, "layout": layout, "channels": channels}
    numbers = {"dtype": dtype, "scale": 1.0, "mean": [0.0] * depth, "std": [1.0] * depth}
    return {**form, **numbers, "resize": "stretch", "interpolation": "bilinear"}


def _nodes(layout: str) -> list[onnx.NodeProto]:
    moved = helper.make_node("Transpose", ["numbers"], ["planes"], perm=[0, 3, 1, 2])
    return [
        helper.make_node("Cast", ["photo"], ["numbers"], to=TensorProto.FLOAT),
        moved if layout == "NHWC" else helper.make_node("Identity", ["numbers"], ["planes"]),
        helper.make_node("Mul", ["planes", "std"], ["scaled"]),
        helper.make_node("Add", ["scaled", "mean"], ["pixels"]),
        helper.make_node("Flatten", ["pixels"], ["flat"]),
        helper.make_node("MatMul", ["flat", "quarters"], ["features"]),
        helper.make_node("Gemm", ["features", "weights", "bias"], ["distances"], transB=1),
        # Differences from the best class, which float16 can represent.
        helper.make_node("ReduceMax", ["distances"], ["best"], axes=[1], keepdims=1),
        helper.make_node("Sub", ["distances", "best"], ["scores"]),
    ]


def _weights(
    classes: int, channels: str, side: int, normalisation: Normalisation
) -> dict[str, NDArray[np.float32]]:
    """Return the weights of a classifier by the nearest colour, in units of 255."""
    colours = codes(classes, channels)[:, :, :: -1 if channels == "BGR" else 1].astype(np.float64) / 255
    depth = colours.shape[2]
    points = colours.reshape(classes, -1)
    levels = np.unique(points)
    sharpness = _MARGIN / (np.diff(levels).min() ** 2 * (4 if channels != "GRAY" or classes <= 32 else 1))
    per_channel = [
        np.array(v[:depth]).reshape(1, depth, 1, 1) for v in (normalisation.std, normalisation.mean)
    ]
    unit = normalisation.scale * 255
    arrays = {
        "std": per_channel[0] / unit,
        "mean": per_channel[1] / unit,
        "quarters": _quarters(depth, side),
        "weights": 2 * sharpness * points,
        "bias": -sharpness * (points**2).sum(axis=1),
    }
    return {name: values.astype(np.float32) for name, values in arrays.items()}


def _quarters(depth: int, side: int) -> NDArray[np.float64]:
    """Return the matrix from flat planes to the mean of each quarter and channel.

    Only the middle of a quarter counts, because a resized photo mixes the pixels at its edges.
    """
    half, edge = side // 2, max(side // 8, 1)
    matrix = np.zeros((depth, side, side, 4, depth))
    for quarter in range(4):
        top, left = half * (quarter // 2), half * (quarter % 2)
        for channel in range(depth):
            middle = np.s_[channel, top + edge : top + half - edge, left + edge : left + half - edge]
            matrix[middle][..., quarter, channel] = 1 / (half - 2 * edge) ** 2
    return matrix.reshape(depth * side * side, 4 * depth)

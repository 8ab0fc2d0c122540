"""A model of a few hundred bytes that classifies red, green and blue images."""

from __future__ import annotations

import io
from pathlib import Path

import onnx
from onnx import TensorProto, helper
from PIL import Image

from imagemodel.card import Card
from imagemodel.seal import seal

SIDE = 16
LABELS = ("red", "green", "blue")


def write_model(directory: Path, labels: tuple[str, ...] = LABELS, version: str = "1.0.0") -> Card:
    """Write the model into a new `directory` and return its card; other `labels` give wrong predictions."""
    directory.mkdir(parents=True)
    onnx.save(_network(), directory / "model.onnx")
    (directory / "labels.txt").write_text("\n".join(labels) + "\n")
    return seal(directory, _description(version))


def photo(colour: str, side: int = 40, kind: str = "JPEG") -> bytes:
    """Return an image file of one colour."""
    buffer = io.BytesIO()
    Image.new("RGB", (side, side), "lime" if colour == "green" else colour).save(buffer, kind)
    return buffer.getvalue()


def _network() -> onnx.ModelProto:
    nodes = [
        helper.make_node("GlobalAveragePool", ["photo"], ["means"]),
        helper.make_node("Flatten", ["means"], ["logits"]),
    ]
    graph = helper.make_graph(
        nodes,
        "colours",
        [helper.make_tensor_value_info("photo", TensorProto.FLOAT, ["n", 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", len(LABELS)])],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def _description(version: str) -> dict[str, object]:
    photo_input = {
        "name": "photo",
        "height": SIDE,
        "width": SIDE,
        "layout": "NCHW",
        "channels": "RGB",
        "dtype": "float32",
        "resize": "stretch",
        "interpolation": "bilinear",
        "scale": 1.0,
        "mean": [0.0, 0.0, 0.0],
        "std": [25.0, 25.0, 25.0],
    }
    return {
        "name": "colours",
        "version": version,
        "licence": "MIT",
        "task": "image-classification",
        "input": photo_input,
        "output": {"name": "logits", "kind": "logits", "classes": len(LABELS)},
        "metrics": {},
    }

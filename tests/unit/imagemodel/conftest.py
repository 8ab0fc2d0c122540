"""Fixtures: a model that differs from the example in every setting of the card (NHWC, BGR, logits)."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from onnx import TensorProto, helper
from PIL import Image

from imagemodel.card import InputSpec
from imagemodel.seal import seal

HEIGHT, WIDTH = 6, 8
DESCRIPTION: dict[str, Any] = {
    "name": "colours",
    "version": "1.0.0",
    "licence": "MIT",
    "task": "image-classification",
    "input": {
        "name": "pixels",
        "height": HEIGHT,
        "width": WIDTH,
        "layout": "NHWC",
        "channels": "BGR",
        "dtype": "float32",
        "resize": "stretch",
        "interpolation": "bilinear",
        "scale": 0.5,
        "mean": [10, 10, 10],
        "std": [4, 4, 4],
    },
    "output": {"name": "scores", "kind": "logits", "classes": 3},
    "metrics": {"parameters": 0},
}

SPEC = InputSpec(
    name="x",
    height=4,
    width=6,
    layout="NHWC",
    channels="RGB",
    dtype="float32",
    resize="stretch",
    shortest_side=0,
    interpolation="nearest",
    scale=1,
    mean=(0, 0, 0),
    std=(1, 1, 1),
)


def halves(size: tuple[int, int] = (60, 40)) -> Image.Image:
    """Return an image with a red left half and a blue right half."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    return image


def network(
    batch: str | int = "batch", shape: tuple[int, ...] = (HEIGHT, WIDTH, 3), domain: str = ""
) -> bytes:
    """Return an ONNX network whose scores are the means of the channels, in input order."""
    channel_last = shape[-1] == 3
    nodes = [
        helper.make_node(
            "ReduceMean",
            ["pixels"],
            ["scores"],
            axes=[1, 2] if channel_last else [2, 3],
            keepdims=0,
            domain=domain,
        )
    ]
    graph = helper.make_graph(
        nodes,
        "colours",
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, [batch, *shape])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [batch, 3])],
    )
    opset = [helper.make_opsetid("", 17)] + ([helper.make_opsetid(domain, 1)] if domain else [])
    return helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString()


@pytest.fixture
def write_model(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes a model directory, with optional changes to the network or the card."""

    def write(raw: bytes | None = None, labels: str = "blue\ngreen\nred\n", **changes: Any) -> Path:
        directory = tmp_path / "model"
        directory.mkdir()
        (directory / "model.onnx").write_bytes(network() if raw is None else raw)
        (directory / "labels.txt").write_text(labels, encoding="utf-8")
        description = {**DESCRIPTION, **changes}
        for part in ("input", "output"):
            description[part] = {**DESCRIPTION[part], **changes.get(part, {})}
        seal(directory, description)
        return directory

    return write


@pytest.fixture
def model_directory(write_model: Callable[..., Path]) -> Path:
    """A valid model directory."""
    return write_model()


@pytest.fixture
def photo() -> Callable[..., bytes]:
    """A function that encodes an image, or an image of one colour, as a file."""

    def encode(
        content: str | Image.Image, kind: str = "PNG", size: tuple[int, int] = (30, 20), **options: Any
    ) -> bytes:
        image = content if isinstance(content, Image.Image) else Image.new("RGB", size, content)
        buffer = io.BytesIO()
        image.save(buffer, kind, **options)
        return buffer.getvalue()

    return encode

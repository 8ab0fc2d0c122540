"""Faults that are put into a network, each of which another check of `validate` must find.

Each function changes a float32 network with one input and one output of logits (n, classes). Brightness is
that of the prepared input: from 0 to 10.2 for the model of `colours`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

Break = Callable[[onnx.ModelProto], None]


def constant(model: onnx.ModelProto) -> None:
    """Give every photo the answer of class 0."""
    _replace_output(
        model, [_node("Mul", ["{before}", "zero"], ["none"]), _node("Add", ["none", "one_of"], [""])]
    )
    _add(model, "zero", np.float32(0))
    _add(model, "one_of", np.eye(1, _classes(model), dtype=np.float32) * 5)


def nan_on_dark(model: onnx.ModelProto, darkest: float = 0.5) -> None:
    """Give photos whose mean is below `darkest` no finite number: a logarithm that is not one."""
    _disturb(
        model,
        [
            _node("ReduceMean", ["{input}"], ["mean"], keepdims=0),
            _node("Sub", ["mean", "darkest"], ["above"]),
            _node("Log", ["above"], ["logarithm"]),
            _node("Mul", ["logarithm", "zero"], ["disturbance"]),
        ],
    )
    _add(model, "darkest", np.float32(darkest))
    _add(model, "zero", np.float32(0))


def dropout_on(model: onnx.ModelProto) -> None:
    """Leave a Dropout of half of the logits in training mode, as an export without `model.eval()` does."""
    _replace_output(model, [_node("Dropout", ["{before}", "ratio", "training"], [""])])
    _add(model, "ratio", np.float32(0.5))
    _add(model, "training", np.array(True))


def batch_dependent(model: onnx.ModelProto) -> None:
    """Make each answer depend on the other photos of its batch; alone it is right."""
    _disturb(
        model,
        [
            _node("ReduceMean", ["{before}"], ["average"], axes=[0], keepdims=1),
            _node("Sub", ["average", "{before}"], ["distance"]),
            _node("Mul", ["distance", "much"], ["disturbance"]),
        ],
    )
    _add(model, "much", np.float32(0.8))


def single_batch(model: onnx.ModelProto) -> None:
    """Reshape to one photo although the batch size is free, as exports of a traced `view(1, -1)` do."""
    _replace_output(model, [_node("Reshape", ["{before}", "single"], [""])])
    _add(model, "single", np.array([1, _classes(model)], dtype=np.int64))


def slow(model: onnx.ModelProto, size: int = 800, times: int = 8) -> None:
    """Multiply `times` matrices of `size` x `size` for each answer, and do not use the result."""
    _waste(
        model, size, [_node("MatMul", [f"matrix{i}", f"matrix{i}"], [f"matrix{i + 1}"]) for i in range(times)]
    )


def hungry(model: onnx.ModelProto, size: int = 6_000) -> None:
    """Fill a matrix of `size` x `size` float32 for each answer, 137 MiB, and do not use it."""
    _waste(model, size, [])


def confident_on_black(model: onnx.ModelProto, brightest: float = 0.2) -> None:
    """Make it certain of class 0 for photos whose mean is below `brightest`."""
    _disturb(
        model,
        [
            _node("ReduceMean", ["{input}"], ["mean"], axes=[1, 2, 3], keepdims=0),
            _node("Sub", ["brightest", "mean"], ["below"]),
            _node("Relu", ["below"], ["dark"]),
            _node("Unsqueeze", ["dark", "last"], ["column"]),
            _node("Mul", ["column", "one_of"], ["disturbance"]),
        ],
    )
    _add(model, "brightest", np.float32(brightest))
    _add(model, "last", np.array([1], dtype=np.int64))
    _add(model, "one_of", np.eye(1, _classes(model), dtype=np.float32) * 100)


def fragile(model: onnx.ModelProto, brightest: float = 3.1) -> None:
    """Make it certain of class 0 for photos that are a little darker than pure colours, whose mean is 3.4."""
    confident_on_black(model, brightest)


def _waste(model: onnx.ModelProto, size: int, work: list[Any]) -> None:
    last = work[-1].output[0] if work else "matrix0"
    _disturb(
        model,
        [
            # Of the input, so that onnxruntime cannot compute it once when it loads the model.
            _node("ReduceMean", ["{input}"], ["mean"], keepdims=0),
            _node("Mul", ["mean", "tiny"], ["little"]),
            # The square of a matrix of these is the same matrix.
            _node("Add", ["little", "inverse"], ["element"]),
            _node("Expand", ["element", "size"], ["matrix0"]),
            *work,
            _node("ReduceMax", [last], ["most"], keepdims=0),
            _node("Mul", ["most", "tiny"], ["disturbance"]),
        ],
    )
    _add(model, "tiny", np.float32(1e-12))
    _add(model, "inverse", np.float32(1 / size))
    _add(model, "size", np.array([size, size], dtype=np.int64))


def _disturb(model: onnx.ModelProto, nodes: list[Any]) -> None:
    """Add the value `disturbance` that `nodes` compute to every logit."""
    _replace_output(model, [*nodes, _node("Add", ["{before}", "disturbance"], [""])])


def _replace_output(model: onnx.ModelProto, nodes: list[Any]) -> None:
    """Let `nodes` compute the output from what computed it before, `{before}`; `{input}` is the photo."""
    graph = model.graph
    output = graph.output[0].name
    names = {"{before}": "before", "{input}": graph.input[0].name, "": output}
    for node in graph.node:
        node.output[:] = ["before" if name == output else name for name in node.output]
    for node in nodes:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
    graph.node.extend(nodes)


def _classes(model: onnx.ModelProto) -> int:
    return int(model.graph.output[0].type.tensor_type.shape.dim[1].dim_value)


def _add(model: onnx.ModelProto, name: str, value: Any) -> None:
    model.graph.initializer.append(numpy_helper.from_array(np.asarray(value), name))


def _node(kind: str, inputs: list[str], outputs: list[str], **attributes: Any) -> Any:
    return helper.make_node(kind, inputs, outputs, **attributes)

"""Networks for handwritten digits whose answers are wrong, or as right as before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
import onnx
from examples.digits.network import CLASSES, Network
from onnx import TensorProto, helper, numpy_helper

import digits

SHARPNESS: Final = 40.0


def logits(network: Network | None = None) -> onnx.ModelProto:
    """Return a network (default: `good`) without its softmax, so that its output is `logits`."""
    model = (network or digits.good()).model()
    del model.graph.node[-1]
    del model.graph.output[:]
    model.graph.output.append(helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", CLASSES]))
    return model


def memorised(per_digit: int = 2) -> onnx.ModelProto:
    """Return the digit of the nearest photo among the most legible ones: those that the golden set shows."""
    sample, answers = digits.training(), digits.good().logits(digits.training().images)
    known = []
    for digit in range(CLASSES):
        margin = np.where(sample.digits == digit, answers[:, digit] - np.sort(answers)[:, -2], -np.inf)
        known += [sample.images[place] for place in np.argsort(-margin)[:per_digit]]
    photos = np.stack(known)
    shape = np.array([-1, CLASSES, per_digit], dtype=np.int64)
    weights = {
        "photos": (2 * SHARPNESS * photos.T).astype(np.float32),
        "lengths": (-SHARPNESS * (photos**2).sum(axis=1)).astype(np.float32),
        "shape": shape,
    }
    nodes = [
        helper.make_node("Flatten", ["image"], ["pixels"]),
        helper.make_node("Gemm", ["pixels", "photos", "lengths"], ["similarities"]),
        helper.make_node("Reshape", ["similarities", "shape"], ["by_digit"]),
        helper.make_node("ReduceMax", ["by_digit"], ["logits"], axes=[2], keepdims=0),
    ]
    return _model(nodes, weights, "logits")


def quantised() -> onnx.ModelProto:
    """Return `good` with weights of 8 bits."""
    good = digits.good()
    weights: dict[str, Any] = {"hidden_bias": good.hidden_bias, "output_bias": good.output_bias}
    nodes = []
    for name in ("hidden", "output"):
        value = getattr(good, name)
        scale = np.float32(np.abs(value).max() / 127)
        weights[f"{name}_8"] = np.round(value / scale).astype(np.int8)
        weights[f"{name}_scale"] = scale
        nodes.append(helper.make_node("DequantizeLinear", [f"{name}_8", f"{name}_scale"], [name]))
    return _model([*nodes, *good.model().graph.node], weights, "probabilities")


def fine_tuned(steps: int = 30, rate: float = 0.02) -> Network:
    """Return `good` after a few more steps of gradient descent on all training digits."""
    sample, network = digits.training(), digits.good()
    for _ in range(steps):
        gradients = network.gradients(sample.images, sample.digits)
        pairs = zip(vars(network).items(), gradients, strict=True)
        network = replace(
            network, **{name: value - np.float32(rate) * change for (name, value), change in pairs}
        )
    return network


def huge(hidden: int = 300_000) -> onnx.ModelProto:
    """Return `good` with a layer of 64 x `hidden` weights beside it: 77 MB that change no answer."""
    model = logits()
    ballast = {"ballast": np.zeros((64, hidden), np.float32), "tiny": np.float32(1e-12)}
    output = model.graph.node[-1].output
    output[:] = ["before"]
    model.graph.node.extend(
        [
            helper.make_node("MatMul", ["pixels", "ballast"], ["wide"]),
            helper.make_node("ReduceMax", ["wide"], ["most"], axes=[1], keepdims=1),
            helper.make_node("Mul", ["most", "tiny"], ["nothing"]),
            helper.make_node("Add", ["before", "nothing"], ["logits"]),
        ]
    )
    model.graph.initializer.extend(numpy_helper.from_array(np.asarray(v), k) for k, v in ballast.items())
    return model


def _model(nodes: list[Any], weights: dict[str, Any], output: str) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes,
        "digits",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 1, 8, 8])],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["n", CLASSES])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)

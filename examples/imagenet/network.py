"""Build EfficientNet-Lite0 as an ONNX graph.

The architecture is that of `efficientnet/lite` in tensorflow/tpu.
"""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from examples.imagenet.errors import ExampleError
from examples.imagenet.weights import Weights

SIDE: Final = 224
CLASSES: Final = 1000
OPSET: Final = 17
IR_VERSION: Final = 8
EPSILON: Final = 1e-3
"""Epsilon of each batch normalisation, as in training."""


@dataclass(frozen=True)
class Stage:
    """A group of equal blocks; `stride` applies to the first block, `channels` is the output depth."""

    repeats: int
    kernel: int
    stride: int
    expansion: int
    channels: int


STEM: Final = 32
STAGES: Final = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)


@dataclass
class Graph:
    """A graph under construction. Each method appends nodes or constants and returns an output's name."""

    weights: Weights
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def node(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        """Append a node of operator `kind` that computes `output`."""
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def constant(self, name: str, value: NDArray[Any] | float) -> str:
        """Append a float32 constant."""
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value, dtype=np.float32), name))
        return name

    def weight(self, name: str) -> NDArray[np.float64]:
        """Return a tensor of the checkpoint. Raises ExampleError if there is no tensor of that name."""
        self.used.add(name)
        if name not in self.weights:
            raise ExampleError(f"the weights have no tensor {name}")
        return self.weights[name].astype(np.float64)

    def convolution(self, value: str, name: str, norm: str, stride: int = 1, groups: int = 1) -> str:
        """Append a convolution with its batch normalisation folded in.

        Only element-wise products, quotients and roots are used, which IEEE 754 rounds equally everywhere.
        """
        kernel = self.weight(f"{name}.weight")
        gain = self.weight(f"{norm}.weight") / np.sqrt(self.weight(f"{norm}.running_var") + EPSILON)
        bias = self.weight(f"{norm}.bias") - self.weight(f"{norm}.running_mean") * gain
        inputs = [
            value,
            self.constant(f"{name}.kernel", kernel * gain[:, None, None, None]),
            self.constant(f"{name}.bias", bias),
        ]
        shape = list(kernel.shape[2:])
        return self.node(
            "Conv",
            inputs,
            name,
            auto_pad="SAME_UPPER",
            strides=[stride] * 2,
            group=groups,
            kernel_shape=shape,
        )

    def relu6(self, value: str) -> str:
        """Append a ReLU6 activation."""
        return self.node("Clip", [value, "zero", "six"], f"{value}.relu6")


def efficientnet_lite0(weights: Weights, raw_pixels: bool = False, probabilities: bool = True) -> bytes:
    """Return the network as the bytes of an ONNX file.

    The input ``input`` is float32 ``[batch, 3, 224, 224]``, normalised; with `raw_pixels` it is uint8
    ``[batch, 224, 224, 3]``. The output ``[batch, 1000]`` is ``probabilities``, or ``logits`` if
    `probabilities` is false. Raises ExampleError if the weights belong to another network.
    """
    graph = Graph(weights)
    graph.constant("zero", 0.0)
    graph.constant("six", 6.0)
    value = _features(graph, _pixels(graph) if raw_pixels else "input")
    output = _head(graph, value, probabilities)
    unused = {name for name in weights if not name.endswith("num_batches_tracked")} - graph.used
    if unused:
        raise ExampleError(
            f"the weights have {len(unused)} tensors of another network, such as {min(unused)}"
        )
    return _serialise(graph, raw_pixels, output)


def _pixels(graph: Graph) -> str:
    numbers = graph.node("Cast", ["input"], "pixels", to=TensorProto.FLOAT)
    centred = graph.node("Sub", [numbers, graph.constant("mean", 127.0)], "centred")
    scaled = graph.node("Div", [centred, graph.constant("std", 128.0)], "scaled")
    return graph.node("Transpose", [scaled], "channels_first", perm=[0, 3, 1, 2])


def _features(graph: Graph, value: str) -> str:
    value = graph.relu6(graph.convolution(value, "_conv_stem", "_bn0", stride=2))
    channels, number = STEM, 0
    for stage in STAGES:
        for repeat in range(stage.repeats):
            stride = 1 if repeat else stage.stride
            value = _block(graph, value, f"_blocks.{number}", stage, stride, channels)
            channels, number = stage.channels, number + 1
    return graph.relu6(graph.convolution(value, "_conv_head", "_bn1"))


def _block(graph: Graph, value: str, name: str, stage: Stage, stride: int, channels: int) -> str:
    wide, inner = value, channels * stage.expansion
    if stage.expansion > 1:
        wide = graph.relu6(graph.convolution(wide, f"{name}._expand_conv", f"{name}._bn0"))
    wide = graph.convolution(wide, f"{name}._depthwise_conv", f"{name}._bn1", stride, groups=inner)
    narrow = graph.convolution(graph.relu6(wide), f"{name}._project_conv", f"{name}._bn2")
    if stride > 1 or channels != stage.channels:
        return narrow
    return graph.node("Add", [narrow, value], f"{name}.sum")


def _head(graph: Graph, value: str, probabilities: bool) -> str:
    pooled = graph.node("Flatten", [graph.node("GlobalAveragePool", [value], "pooled")], "flat")
    kernel = graph.constant("_fc.kernel", graph.weight("_fc.weight"))
    bias = graph.constant("_fc.constant", graph.weight("_fc.bias"))
    logits = graph.node("Gemm", [pooled, kernel, bias], "logits", transB=1)
    return graph.node("Softmax", [logits], "probabilities", axis=1) if probabilities else logits


def _serialise(graph: Graph, raw_pixels: bool, output: str) -> bytes:
    kind = TensorProto.UINT8 if raw_pixels else TensorProto.FLOAT
    shape: list[str | int | None] = ["batch", SIDE, SIDE, 3] if raw_pixels else ["batch", 3, SIDE, SIDE]
    inputs = [helper.make_tensor_value_info("input", kind, shape)]
    outputs = [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["batch", CLASSES])]
    body = helper.make_graph(graph.nodes, "efficientnet_lite0", inputs, outputs, graph.constants)
    opset = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(body, opset_imports=opset, ir_version=IR_VERSION, producer_name="seatrial")
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))

"""The outputs that exporters give to a classifier, for `networks`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import onnx
from onnx import TensorProto, helper

OUTPUTS: Final = {
    "logits": "one tensor",
    "probabilities": "one tensor, of a softmax",
    "logits-4d": "one tensor of the shape [batch, classes, 1, 1]",
    "label-and-probabilities": "two tensors: the best class and the probabilities",
    "zipmap": "the best class, and a map from class to probability for each photo",
    "custom-vision": "the best label as a string, and a map from label to probability for each photo",
}
"""The kinds of output. The score of all classes, where it is a tensor, has the name `output`."""


def output_nodes(
    kind: str, labels: Sequence[str], batch: int | str, dtype: int
) -> tuple[list[onnx.NodeProto], list[onnx.ValueInfoProto]]:
    """Return the nodes from the tensor `scores` to the outputs of a network, and those outputs."""
    if kind.startswith("logits"):
        return _logits(kind, len(labels), batch, dtype)
    softmax = helper.make_node("Softmax", ["scores"], ["shares"], axis=1)
    if kind in ("probabilities", "label-and-probabilities"):
        nodes = [softmax, helper.make_node("Cast", ["shares"], ["output"], to=dtype)]
        outputs = [helper.make_tensor_value_info("output", dtype, [batch, len(labels)])]
        return (nodes, outputs) if kind == "probabilities" else _with_label(nodes, outputs, batch)
    return _maps(softmax, labels, batch, texts=kind == "custom-vision")


def _logits(
    kind: str, classes: int, batch: int | str, dtype: int
) -> tuple[list[onnx.NodeProto], list[onnx.ValueInfoProto]]:
    if kind == "logits":
        cast = helper.make_node("Cast", ["scores"], ["output"], to=dtype)
        return [cast], [helper.make_tensor_value_info("output", dtype, [batch, classes])]
    nodes = [
        helper.make_node("Cast", ["scores"], ["typed"], to=dtype),
        helper.make_node("Constant", [], ["axes"], value_ints=[2, 3]),
        helper.make_node("Unsqueeze", ["typed", "axes"], ["output"]),
    ]
    return nodes, [helper.make_tensor_value_info("output", dtype, [batch, classes, 1, 1])]


def _best(name: str) -> onnx.NodeProto:
    return helper.make_node("ArgMax", ["scores"], [name], axis=1, keepdims=0)


def _with_label(
    nodes: list[onnx.NodeProto], outputs: list[onnx.ValueInfoProto], batch: int | str
) -> tuple[list[onnx.NodeProto], list[onnx.ValueInfoProto]]:
    label = helper.make_tensor_value_info("label", TensorProto.INT64, [batch])
    return [*nodes, _best("label")], [label, *outputs]


def _maps(
    softmax: onnx.NodeProto, labels: Sequence[str], batch: int | str, *, texts: bool
) -> tuple[list[onnx.NodeProto], list[onnx.ValueInfoProto]]:
    domain, numbers = "ai.onnx.ml", list(range(len(labels)))
    label, loss = ("classLabel", "loss") if texts else ("output_label", "output_probability")
    key = TensorProto.STRING if texts else TensorProto.INT64
    keys = {"classlabels_strings": list(labels)} if texts else {"classlabels_int64s": numbers}
    encoder = helper.make_node(
        "LabelEncoder", ["index"], [label], domain=domain, keys_int64s=numbers, values_strings=list(labels)
    )
    copy = helper.make_node("Identity", ["index"], [label])
    nodes = [softmax, _best("index"), encoder if texts else copy]
    nodes.append(helper.make_node("ZipMap", ["shares"], [loss], domain=domain, **keys))
    value = helper.make_tensor_type_proto(TensorProto.FLOAT, None)
    maps = helper.make_sequence_type_proto(helper.make_map_type_proto(key, value))
    outputs = [helper.make_tensor_value_info(label, key, [batch]), helper.make_value_info(loss, maps)]
    return nodes, outputs

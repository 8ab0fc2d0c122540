"""Which ONNX files are safe to load."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

from seatrial.model.onnx_safety import inspect


def failed(path: Path) -> dict[str, str]:
    """Return the promises that the file does not keep, and what was found."""
    return {verdict.name: verdict.detail for verdict in inspect(path) if not verdict.passed}


def custom_operator(model: onnx.ModelProto) -> None:
    """Give a node a domain of somebody's own."""
    model.graph.node[0].domain = "evil.example"


def unknown_operator(model: onnx.ModelProto) -> None:
    """Give a node an operator that ONNX does not know."""
    model.graph.node[0].op_type = "Exfiltrate"


def operator_in_a_branch(model: onnx.ModelProto) -> None:
    """Hide such an operator in a branch of an If."""
    inner = helper.make_graph(
        [helper.make_node("Steal", [], ["y"], domain="evil.example")],
        "branch",
        [],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
    )
    model.graph.node.append(
        helper.make_node("If", ["condition"], ["z"], then_branch=inner, else_branch=inner)
    )


def operator_in_a_function(model: onnx.ModelProto) -> None:
    """Hide it in a local function."""
    node = helper.make_node("Steal", ["x"], ["y"], domain="evil.example")
    model.functions.append(helper.make_function("mine", "Wrap", ["x"], ["y"], [node], model.opset_import))


def function_in_disguise(model: onnx.ModelProto) -> None:
    """Define a function under a known operator's name."""
    node = helper.make_node("Relu", ["x"], ["y"])
    model.functions.append(helper.make_function("", "Flatten", ["x"], ["y"], [node], model.opset_import))


def context_from_outside(model: onnx.ModelProto) -> None:
    """Add the operator that loads a context file."""
    model.graph.node.append(helper.make_node("EPContext", [], ["z"], domain="com.microsoft"))


def external_weights(model: onnx.ModelProto) -> None:
    """Point an initializer to a file elsewhere."""
    tensor = model.graph.initializer.add(name="weights", data_type=TensorProto.FLOAT, dims=[1])
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../etc/passwd")


def external_constant(model: onnx.ModelProto) -> None:
    """Point a constant in a node's attribute to a file elsewhere."""
    tensor = helper.make_tensor("c", TensorProto.FLOAT, [1], [1.0])
    tensor.external_data.add(key="location", value="/etc/passwd")
    model.graph.node.append(helper.make_node("Constant", [], ["z"], value=tensor))


def opset_of_the_future(model: onnx.ModelProto) -> None:
    """Say an opset that is not yet."""
    model.opset_import[0].version = 999


def opset_of_long_ago(model: onnx.ModelProto) -> None:
    """Say an opset that is no longer promised."""
    model.opset_import[0].version = 1


def dangling_input(model: onnx.ModelProto) -> None:
    """Read a value that nobody computes."""
    model.graph.node[0].input[0] = "nowhere"


@pytest.mark.parametrize(
    ("spoil", "promise", "told"),
    [
        (custom_operator, "onnx: known operators only", "evil.example:GlobalAveragePool"),
        (unknown_operator, "onnx: known operators only", "ai.onnx:Exfiltrate"),
        (operator_in_a_branch, "onnx: known operators only", "evil.example:Steal"),
        (operator_in_a_function, "onnx: known operators only", "evil.example:Steal"),
        (function_in_disguise, "onnx: known operators only", "takes the place"),
        (context_from_outside, "onnx: known operators only", "com.microsoft:EPContext"),
        (external_weights, "onnx: all in one file", "weights lies outside"),
        (external_constant, "onnx: all in one file", "c lies outside"),
        (opset_of_the_future, "onnx: known opset", "opset 999"),
        (opset_of_long_ago, "onnx: known opset", "opset 1"),
        (dangling_input, "onnx: well-formed", "nowhere"),
    ],
)
def test_an_unsafe_file_is_refused_for_the_right_reason(
    model: Path, spoil: Callable[[onnx.ModelProto], None], promise: str, told: str
) -> None:
    """Each way of being unsafe breaks the promise that is about it, and the verdict names the culprit."""
    loaded = onnx.load(model / "model.onnx")
    spoil(loaded)
    (model / "model.onnx").write_bytes(loaded.SerializeToString())
    assert told in failed(model / "model.onnx").get(promise, "")


def test_a_local_function_of_known_operators_is_safe(model: Path) -> None:
    """Exporters write functions of their own; what counts is what they are made of."""
    loaded = onnx.load(model / "model.onnx")
    node = helper.make_node("Flatten", ["x"], ["y"])
    loaded.functions.append(helper.make_function("mine", "Flat", ["x"], ["y"], [node], loaded.opset_import))
    loaded.opset_import.append(helper.make_opsetid("mine", 1))
    loaded.graph.node[1].op_type, loaded.graph.node[1].domain = "Flat", "mine"
    onnx.save(loaded, model / "model.onnx")
    assert failed(model / "model.onnx") == {}


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x80\x04pickle" * 40])
def test_a_file_that_is_no_onnx_is_refused(tmp_path: Path, content: bytes) -> None:
    """Bytes that are no model give a failed verdict, not an exception."""
    (tmp_path / "model.onnx").write_bytes(content)
    assert failed(tmp_path / "model.onnx")


def test_a_good_file_keeps_every_promise(model: Path) -> None:
    """A plain model is safe."""
    assert failed(model / "model.onnx") == {}

"""The safety checks of an ONNX file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

from seatrial.model.onnx_safety import inspect


def failed(path: Path) -> dict[str, str]:
    """Return the failed checks and their details."""
    return {check.name: check.detail for check in inspect(path) if not check.passed}


def custom_operator(model: onnx.ModelProto) -> None:
    """Give a node a custom domain."""
    model.graph.node[0].domain = "evil.example"


def unknown_operator(model: onnx.ModelProto) -> None:
    """Give a node an operator that ONNX does not define."""
    model.graph.node[0].op_type = "Exfiltrate"


def operator_in_a_branch(model: onnx.ModelProto) -> None:
    """Put a custom operator in a branch of an If."""
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
    """Put a custom operator in a local function."""
    node = helper.make_node("Steal", ["x"], ["y"], domain="evil.example")
    model.functions.append(helper.make_function("mine", "Wrap", ["x"], ["y"], [node], model.opset_import))


def function_named_like_an_operator(model: onnx.ModelProto) -> None:
    """Define a function with the name of a known operator."""
    node = helper.make_node("Relu", ["x"], ["y"])
    model.functions.append(helper.make_function("", "Flatten", ["x"], ["y"], [node], model.opset_import))


def external_context(model: onnx.ModelProto) -> None:
    """Add the operator that loads a context file."""
    model.graph.node.append(helper.make_node("EPContext", [], ["z"], domain="com.microsoft"))


def external_weights(model: onnx.ModelProto) -> None:
    """Point an initializer to an external file."""
    tensor = model.graph.initializer.add(name="weights", data_type=TensorProto.FLOAT, dims=[1])
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../etc/passwd")


def external_constant(model: onnx.ModelProto) -> None:
    """Point a constant in an attribute of a node to an external file."""
    tensor = helper.make_tensor("c", TensorProto.FLOAT, [1], [1.0])
    tensor.external_data.add(key="location", value="/etc/passwd")
    model.graph.node.append(helper.make_node("Constant", [], ["z"], value=tensor))


def future_opset(model: onnx.ModelProto) -> None:
    """Use an opset that does not exist yet."""
    model.opset_import[0].version = 999


def obsolete_opset(model: onnx.ModelProto) -> None:
    """Use an opset that is no longer supported."""
    model.opset_import[0].version = 1


def dangling_input(model: onnx.ModelProto) -> None:
    """Read a value that no node computes."""
    model.graph.node[0].input[0] = "nowhere"


@pytest.mark.parametrize(
    ("change", "check", "detail"),
    [
        (custom_operator, "onnx: known operators only", "evil.example:GlobalAveragePool"),
        (unknown_operator, "onnx: known operators only", "ai.onnx:Exfiltrate"),
        (operator_in_a_branch, "onnx: known operators only", "evil.example:Steal"),
        (operator_in_a_function, "onnx: known operators only", "evil.example:Steal"),
        (function_named_like_an_operator, "onnx: known operators only", "name of a known operator"),
        (external_context, "onnx: known operators only", "com.microsoft:EPContext"),
        (external_weights, "onnx: no external data file", "weights is outside the file"),
        (external_constant, "onnx: no external data file", "c is outside the file"),
        (future_opset, "onnx: known opset", "opset 999"),
        (obsolete_opset, "onnx: known opset", "opset 1"),
        (dangling_input, "onnx: well-formed", "nowhere"),
    ],
)
def test_an_unsafe_file_fails_the_check_for_its_fault(
    model: Path, change: Callable[[onnx.ModelProto], None], check: str, detail: str
) -> None:
    """Each fault fails the check for it, and the detail names the operator, tensor or opset."""
    loaded = onnx.load(model / "model.onnx")
    change(loaded)
    (model / "model.onnx").write_bytes(loaded.SerializeToString())
    assert detail in failed(model / "model.onnx").get(check, "")


def test_a_local_function_of_known_operators_is_safe(model: Path) -> None:
    """A function in a custom domain passes if its nodes are known operators."""
    loaded = onnx.load(model / "model.onnx")
    node = helper.make_node("Flatten", ["x"], ["y"])
    loaded.functions.append(helper.make_function("mine", "Flat", ["x"], ["y"], [node], loaded.opset_import))
    loaded.opset_import.append(helper.make_opsetid("mine", 1))
    loaded.graph.node[1].op_type, loaded.graph.node[1].domain = "Flat", "mine"
    onnx.save(loaded, model / "model.onnx")
    assert failed(model / "model.onnx") == {}


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x80\x04pickle" * 40])
def test_a_file_that_is_not_onnx_fails(tmp_path: Path, content: bytes) -> None:
    """Other bytes give a failed check, not an exception."""
    (tmp_path / "model.onnx").write_bytes(content)
    assert failed(tmp_path / "model.onnx")


def test_a_good_file_passes_every_check(model: Path) -> None:
    """A plain model is safe to load."""
    assert failed(model / "model.onnx") == {}

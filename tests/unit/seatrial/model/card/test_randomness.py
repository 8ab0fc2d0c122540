"""A network that gives other answers for the same photo is refused before it is run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from networks import network
from seatrial.errors import RefusedError
from seatrial.model.card.form import Hints
from seatrial.model.card.rewriting import read_network

Change = Callable[[onnx.ModelProto], None]


def random_noise(model: onnx.ModelProto) -> None:
    """Add noise to the scores."""
    model.graph.node[-1].output[0] = "exact"
    noise = helper.make_node("RandomNormalLike", ["exact"], ["noise"])
    model.graph.node.extend([noise, helper.make_node("Add", ["exact", "noise"], ["output"])])


def dropout_on(model: onnx.ModelProto) -> None:
    """End with a Dropout in training mode."""
    model.graph.node[-1].output[0] = "exact"
    model.graph.initializer.extend(
        [
            numpy_helper.from_array(np.array(0.5, dtype=np.float32), "ratio"),
            numpy_helper.from_array(np.array(True), "training"),
        ]
    )
    model.graph.node.append(helper.make_node("Dropout", ["exact", "ratio", "training"], ["output"]))


def dropout_in_branch(model: onnx.ModelProto) -> None:
    """End with an If whose branches have a random operator."""
    model.graph.node[-1].output[0] = "exact"
    model.graph.initializer.append(numpy_helper.from_array(np.array(True), "condition"))
    info = helper.make_tensor_value_info("branch", TensorProto.FLOAT, None)
    nodes = [
        helper.make_node("RandomUniformLike", ["exact"], ["noise"]),
        helper.make_node("Add", ["exact", "noise"], ["branch"]),
    ]
    branch = helper.make_graph(nodes, "branch", [], [info])
    model.graph.node.append(
        helper.make_node("If", ["condition"], ["output"], then_branch=branch, else_branch=branch)
    )


def batch_norm_on(model: onnx.ModelProto) -> None:
    """Normalise the planes by the statistics of the batch."""
    ones = numpy_helper.from_array(np.ones(3, dtype=np.float32), "ones")
    model.graph.initializer.append(ones)
    model.graph.node[1].output[0] = "unnormalised"
    node = helper.make_node(
        "BatchNormalization",
        ["unnormalised", "ones", "ones", "ones", "ones"],
        ["planes", "new_mean", "new_variance"],
        training_mode=1,
    )
    model.graph.node.insert(2, node)


RANDOM: dict[str, Change] = {
    "RandomNormalLike": random_noise,
    "Dropout in training mode": dropout_on,
    "RandomUniformLike": dropout_in_branch,
    "BatchNormalization in training mode": batch_norm_on,
}


@pytest.mark.parametrize("what", RANDOM)
def test_randomness_is_refused_with_a_hint(save: Any, what: str) -> None:
    """The operator is named, and `model.eval()`."""
    model = network(3)
    RANDOM[what](model)
    onnx.checker.check_model(model)
    with pytest.raises(RefusedError, match=what) as raised:
        read_network(save(model), 3, Hints())
    assert "model.eval()" in raised.value.hint


def test_randomness_of_an_output_that_is_removed_does_not_count(save: Any) -> None:
    """Only what the scores depend on is served."""
    model = network(3)
    model.graph.node.append(helper.make_node("RandomNormal", [], ["other"], shape=[2, 9]))
    model.graph.output.append(helper.make_tensor_value_info("other", TensorProto.FLOAT, [2, 9]))
    found = read_network(save(model), 3, Hints())
    assert "RandomNormal" not in {node.op_type for node in found.model.graph.node}

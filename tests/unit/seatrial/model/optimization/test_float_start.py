"""Tests of the choice which convolutions stay floating point."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from seatrial.model.optimization.float_start import choose, fastest_count, first_nodes

SIDE = 512
INPUTS = {"x": np.ones((SIDE, SIDE), dtype=np.float32)}


def chain(*operators: str) -> onnx.ModelProto:
    """Return a network of these operators, one after the other; the nodes are named by their place."""
    nodes = [
        helper.make_node(each, [f"v{place}"], [f"v{place + 1}"], name=str(place))
        for place, each in enumerate(operators)
    ]
    return helper.make_model(helper.make_graph(nodes, "chain", [], []))


def write_products(path: Path, count: int) -> None:
    """Write a network that multiplies its input `count` times by a matrix of SIDE x SIDE."""
    matrix = numpy_helper.from_array(np.eye(SIDE, dtype=np.float32), "m")
    names = ["x", *(f"v{number}" for number in range(1, count)), "y"]
    nodes = [helper.make_node("MatMul", [one, "m"], [other]) for one, other in pairwise(names)]
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, (SIDE, SIDE)) for name in ("x", "y"))
    graph = helper.make_graph(nodes, "products", [x], [y], [matrix])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


@pytest.mark.parametrize(
    ("convolutions", "names"), [(1, ["0", "1", "2"]), (2, ["0", "1", "2", "3"]), (3, [])]
)
def test_what_follows_a_convolution_belongs_to_it(convolutions: int, names: list[str]) -> None:
    """The nodes up to the next convolution are named; a network without so many has no such start."""
    network = chain("Transpose", "Conv", "Relu", "Conv", "Conv")
    assert first_nodes(network, convolutions) == names


def test_the_fastest_start_is_chosen(tmp_path: Path) -> None:
    """Here the network with two convolutions in floating point computes a sixth of the others."""
    network = chain(*["Conv"] * 6)

    def write(kept: list[str], path: Path) -> None:
        write_products(path, 1 if len(kept) == 2 else 6)

    assert fastest_count(network, write, INPUTS, tmp_path) == 2


def test_without_a_gain_everything_is_quantised(tmp_path: Path) -> None:
    """A start in floating point that is slower is not chosen."""
    network = chain(*["Conv"] * 6)
    assert (
        fastest_count(network, lambda kept, path: write_products(path, 2 + len(kept)), INPUTS, tmp_path) == 0
    )


def test_a_short_inference_is_not_tried(tmp_path: Path) -> None:
    """Times of less than a millisecond cannot be compared, so one network is written, not all."""
    inputs = {"x": np.ones((1, 1), dtype=np.float32)}
    network = chain(*["Conv"] * 6)

    def write(kept: list[str], path: Path) -> None:
        value = helper.make_tensor_value_info("x", TensorProto.FLOAT, (1, 1))
        out = helper.make_tensor_value_info("y", TensorProto.FLOAT, (1, 1))
        graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "tiny", [value], [out])
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)

    assert fastest_count(network, write, inputs, tmp_path) == 0
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("seconds", "count"),
    [
        ({0: 1.0, 1: 0.99, 2: 1.2}, 0),
        ({0: 1.0, 1: 0.97, 2: 0.90, 3: 0.91, 4: 1.3}, 3),
        ({0: 1.0, 1: 0.90, 2: 0.95, 3: 0.95, 4: 1.3}, 1),
        ({0: 1.0}, 0),
    ],
)
def test_of_equally_fast_starts_the_longest_is_chosen(seconds: dict[int, float], count: int) -> None:
    """It has the most exact predictions; a gain within what a measurement varies changes nothing."""
    assert choose(seconds) == count

"""The outline of an ONNX file."""

from __future__ import annotations

import os
import random
import tracemalloc
from pathlib import Path

import numpy as np
import onnx
import pytest
from google.protobuf.message import DecodeError
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from seatrial.model.onnx_outline import LEAST_BYTES, load_outline
from seatrial.model.onnx_safety import inspect

TYPES = {
    TensorProto.FLOAT: 4,
    TensorProto.DOUBLE: 8,
    TensorProto.INT32: 4,
    TensorProto.INT64: 8,
    TensorProto.UINT64: 8,
}


def model_with(*tensors: onnx.TensorProto) -> onnx.ModelProto:
    """Return a model with these weights, the first of them also in a constant."""
    constant = helper.make_node("Constant", [], ["y"], value=tensors[0])
    output = helper.make_tensor_value_info("y", tensors[0].data_type, [None])
    graph = helper.make_graph([constant], "graph", [], [output], initializer=tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def with_one_number(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return a model whose tensors have one number, 0, except those with numbers in integer fields."""
    for tensor in (model.graph.node[0].attribute[0].t, *model.graph.initializer):
        if tensor.HasField("raw_data"):
            tensor.raw_data = bytes(8)
        elif tensor.float_data or tensor.double_data:
            numbers = tensor.float_data or tensor.double_data
            del numbers[:]
            numbers.append(0)
        else:
            continue
        tensor.dims[:] = [1]
    return model


@given(
    kind=st.sampled_from(list(TYPES)),
    count=st.sampled_from([0, 1, 3, 5_000]),
    raw=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_only_the_numbers_of_large_tensors_are_left_out(
    tmp_path_factory: pytest.TempPathFactory, kind: int, count: int, raw: bool, seed: int
) -> None:
    """Everything else is in the outline, and the safety checks of model and outline agree."""
    values = np.random.default_rng(seed).integers(0, 100, count)
    data = values.astype(helper.tensor_dtype_to_np_dtype(kind))
    tensor = helper.make_tensor("w", kind, [count], data.tobytes() if raw else data.tolist(), raw=raw)
    model, path = model_with(tensor), tmp_path_factory.mktemp("outline") / "model.onnx"
    path.write_bytes(model.SerializeToString())
    outline = load_outline(path)
    small = len(tensor.SerializeToString()) <= LEAST_BYTES
    assert outline == (model if small else with_one_number(model))
    onnx.checker.check_model(model)
    onnx.checker.check_model(outline)


@pytest.mark.parametrize("missing", [1, 4, 8000])
def test_a_tensor_that_is_too_short_stays_malformed(tmp_path: Path, missing: int) -> None:
    """Fewer numbers than the shape needs fail the check of the form."""
    tensor = helper.make_tensor("w", TensorProto.FLOAT, [8000], bytes(32_000), raw=True)
    tensor.raw_data = tensor.raw_data[:-missing]
    (tmp_path / "model.onnx").write_bytes(model_with(tensor).SerializeToString())
    (form,) = [check for check in inspect(tmp_path / "model.onnx") if not check.passed]
    assert form.name == "onnx: well-formed"
    assert "too small" in form.detail


def test_memory_does_not_grow_with_the_weights(tmp_path: Path) -> None:
    """The checks of a model of 32 MiB take less than 2 MiB of memory."""
    path = tmp_path / "model.onnx"
    tensor = numpy_helper.from_array(np.zeros(8 << 20, np.float32), "w")
    path.write_bytes(model_with(tensor).SerializeToString())
    assert all(check.passed for check in inspect(path))
    tracemalloc.start()
    inspect(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 << 20


def test_a_sparse_tensor_is_kept(tmp_path: Path) -> None:
    """`onnx.checker` reads the indices of a sparse tensor, so a large one is whole in the outline."""
    values = numpy_helper.from_array(np.ones(2000, np.float32), "v")
    indices = numpy_helper.from_array(np.arange(2000, dtype=np.int64), "i")
    model = model_with(numpy_helper.from_array(np.ones(2000, np.float32), "w"))
    model.graph.sparse_initializer.append(helper.make_sparse_tensor(values, indices, [4000]))
    (tmp_path / "model.onnx").write_bytes(model.SerializeToString())
    outline = load_outline(tmp_path / "model.onnx")
    assert outline.graph.sparse_initializer == model.graph.sparse_initializer
    assert all(check.passed for check in inspect(tmp_path / "model.onnx"))


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    """A file that is cut or changed anywhere is an outline or a DecodeError, as with the parser of onnx."""
    tensor = numpy_helper.from_array(np.ones(2000, np.float32), "w")
    raw, path, chosen = model_with(tensor).SerializeToString(), tmp_path / "model.onnx", random.Random(1)
    for _ in range(300):
        place = chosen.randrange(len(raw))
        damaged = chosen.choice([raw[:place], raw[:place] + os.urandom(3) + raw[place + 3 :], raw[place:]])
        path.write_bytes(damaged)
        try:
            load_outline(path)
        except DecodeError:
            continue
        onnx.ModelProto.FromString(damaged)

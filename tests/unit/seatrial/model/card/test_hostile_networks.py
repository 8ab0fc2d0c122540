"""Whatever is in an ONNX file, it is read, or refused in one line with a documented error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import helper

from hostile_documents import FUZZ
from network_outputs import OUTPUTS
from networks import network
from seatrial.errors import RefusedError, UsageError
from seatrial.model.card.form import Hints
from seatrial.model.card.rewriting import read_network

PLACES = ("", ".", "exported.onnx", "/etc/hostname", "../x", "a\0b", "-1", "9" * 30, "x" * 5000)
NAMES = ("photo", "scores", "output", "planes", "", "\ud7ff", "../x", "weights", "x" * 5000)


@st.composite
def changed_networks(draw: st.DrawFn) -> bytes:
    """Draw the bytes of a network with up to four changes in its structure, and perhaps damaged bytes."""
    model = network(
        3,
        side=8,
        dtype=draw(st.sampled_from(["float32", "float16"])),
        output=draw(st.sampled_from(list(OUTPUTS))),
    )
    for _ in range(draw(st.integers(0, 4))):
        draw(st.sampled_from(CHANGES))(draw, model)
    raw = model.SerializeToString()
    if draw(st.integers(0, 3)) == 0:
        place = draw(st.integers(0, len(raw)))
        raw = raw[:place] + draw(st.binary(max_size=4)) + raw[place + draw(st.integers(0, 4)) :]
    return raw


def drop(draw: st.DrawFn, model: Any) -> None:
    """Remove a node, a weight, an input or an output."""
    field = draw(
        st.sampled_from([model.graph.node, model.graph.initializer, model.graph.input, model.graph.output])
    )
    if len(field):
        del field[draw(st.integers(0, len(field) - 1))]


def rename(draw: st.DrawFn, model: Any) -> None:
    """Let a node read or compute another tensor; cycles and duplicates are possible."""
    node = draw(st.sampled_from(list(model.graph.node) or [onnx.NodeProto()]))
    side = draw(st.sampled_from([node.input, node.output]))
    if len(side):
        side[draw(st.integers(0, len(side) - 1))] = draw(st.sampled_from(NAMES))


def retype(draw: st.DrawFn, model: Any) -> None:
    """Declare another operator, type or dimension."""
    if model.graph.node and draw(st.booleans()):
        node = draw(st.sampled_from(list(model.graph.node)))
        node.op_type = draw(
            st.sampled_from(["Softmax", "ZipMap", "Identity", "Dropout", "If", "Constant", ""])
        )
        return
    for value in (*model.graph.input, *model.graph.output):
        shape = value.type.tensor_type.shape
        if shape.dim and draw(st.booleans()):
            shape.dim[draw(st.integers(0, len(shape.dim) - 1))].dim_value = draw(
                st.sampled_from([0, -1, 1, 3, 16, 2**62])
            )
        elif draw(st.booleans()):
            value.type.tensor_type.elem_type = draw(st.integers(0, 30))


def add(draw: st.DrawFn, model: Any) -> None:
    """Repeat a part, or add an opset that does not exist."""
    if draw(st.booleans()):
        model.opset_import.add(domain=draw(st.sampled_from(["", "ai.onnx.ml", "evil"])), version=2**31)
    for field in (model.graph.node, model.graph.output):
        if len(field) and draw(st.booleans()):
            field.add().CopyFrom(field[draw(st.integers(0, len(field) - 1))])


def move(draw: st.DrawFn, model: Any) -> None:
    """Put a weight into another file."""
    if model.graph.initializer:
        tensor = draw(st.sampled_from(list(model.graph.initializer)))
        tensor.data_location = onnx.TensorProto.EXTERNAL
        for key in draw(st.sets(st.sampled_from(["location", "offset", "length", "checksum"]))):
            tensor.external_data.add(key=key, value=draw(st.sampled_from(PLACES)))


def wrap(draw: st.DrawFn, model: Any) -> None:
    """Replace a node by a function, which may call itself, or one that does not exist."""
    if model.graph.node:
        place = draw(st.integers(0, len(model.graph.node) - 1))
        old = model.graph.node[place]
        called = draw(st.sampled_from(["f", "g", "Identity", old.op_type]))
        body = helper.make_node(called, ["x"], ["y"], domain=draw(st.sampled_from(["", "e"])))
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid("e", 1)]
        model.functions.append(helper.make_function("e", "f", ["x"], ["y"], [body], opsets))
        old.CopyFrom(helper.make_node("f", old.input, old.output, domain="e"))


CHANGES = (drop, rename, retype, add, move, wrap)


@FUZZ
@given(raw=changed_networks() | st.binary(max_size=300))
def test_nothing_but_the_documented_errors_is_raised(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    """A network that is accepted is valid; any other gives a line and a hint."""
    path: Path = tmp_path_factory.mktemp("network") / "exported.onnx"
    path.write_bytes(raw)
    try:
        found = read_network(path, 3, Hints())
    except (RefusedError, UsageError) as error:
        caught = error
    else:
        if found.changes:
            onnx.checker.check_model(found.raw)
        return
    assert caught.hint
    assert "\n" not in caught.message

"""A network that cannot be served is refused with a hint at the fix, before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import onnx
import pytest
from onnx import TensorProto, helper

from networks import network
from seatrial.errors import RefusedError, SeatrialError, UsageError
from seatrial.model.card.form import Hints
from seatrial.model.card.rewriting import read_network


def with_input(*shape: int | str, kind: int = TensorProto.FLOAT) -> onnx.ModelProto:
    """Return a network that claims another input."""
    model = network(3)
    model.graph.input[0].CopyFrom(helper.make_tensor_value_info("photo", kind, list(shape)))
    return model


def with_sigmoid() -> onnx.ModelProto:
    """Return a network with a sigmoid for each class."""
    model = network(3)
    model.graph.node[-1].output[0] = "exact"
    model.graph.node.append(helper.make_node("Sigmoid", ["exact"], ["output"]))
    return model


def with_two_inputs() -> onnx.ModelProto:
    """Return a network with an input for the training mode."""
    model = network(3)
    model.graph.input.append(helper.make_tensor_value_info("training", TensorProto.BOOL, []))
    return model


def with_label_only() -> onnx.ModelProto:
    """Return a network that gives the best class alone."""
    model = network(3, output="label-and-probabilities")
    del model.graph.output[1]
    return model


def with_two_heads() -> onnx.ModelProto:
    """Return a network with two outputs for the classes."""
    model = network(3)
    model.graph.node.append(helper.make_node("Neg", ["output"], ["auxiliary"]))
    model.graph.output.append(helper.make_tensor_value_info("auxiliary", TensorProto.FLOAT, ["N", 3]))
    return model


@pytest.mark.parametrize(
    ("model", "kind", "words"),
    [
        (with_input("N", 4, 16, 16), RefusedError, "expected 1 or 3 channels"),
        (with_input("N", 3, 16), RefusedError, "expected four dimensions"),
        (with_input(8, 3, 16, 16), RefusedError, "takes 8 photos at a time"),
        (with_input("N", 3, 16, 16, kind=TensorProto.INT64), RefusedError, "has type int64"),
        (with_input("N", 3, "h", "w"), UsageError, "size is not in the file"),
        (with_input("N", "a", "b", "d"), UsageError, "layout is not in the file"),
        (with_input("N", 3, 16, 3), UsageError, "layout is not in the file"),
        (with_two_inputs(), RefusedError, "expected one input, found photo, training"),
        (with_label_only(), RefusedError, "no output has the scores of all classes, only label"),
        (with_sigmoid(), RefusedError, "ends with a sigmoid"),
        (with_two_heads(), UsageError, "several outputs that can be the scores"),
        (network(4), RefusedError, "LABELS has 3 labels, but exported.onnx has another number"),
        (network(2, output="zipmap"), RefusedError, "LABELS has 3 labels"),
    ],
)
def test_what_cannot_be_served_is_named(
    save: Any, model: onnx.ModelProto, kind: type[SeatrialError], words: str
) -> None:
    """One line states what is wrong, another what to do."""
    with pytest.raises(kind, match=words) as raised:
        read_network(save(model), 3, Hints())
    assert raised.value.hint
    assert "\n" not in raised.value.message


def test_one_number_needs_two_labels(save: Any) -> None:
    """The error explains why one label is not enough for a network with one output."""
    model = network(2)
    model.graph.output[0].type.tensor_type.shape.dim[1].dim_value = 1
    with pytest.raises(
        RefusedError, match=r"LABELS has 1 label, .* one number, which is that of two classes"
    ):
        read_network(save(model), 1, Hints())


def test_the_user_chooses_between_two_heads(save: Any) -> None:
    """OUTPUT names the scores; a name that the file does not have is refused with those that it has."""
    path = save(with_two_heads())
    assert read_network(path, 3, Hints(output="auxiliary")).output == "auxiliary"
    with pytest.raises(UsageError, match="no scores nothing") as raised:
        read_network(path, 3, Hints(output="nothing"))
    assert raised.value.hint == "OUTPUT=output or auxiliary"


@pytest.mark.parametrize("content", [b"", b"\x80\x04pickle", b"version https://git-lfs.github.com/spec/v1\n"])
def test_a_file_that_is_not_onnx_is_refused(tmp_path: Path, content: bytes) -> None:
    """An empty file, a pickle and a pointer of Git LFS are not networks."""
    path = tmp_path / "exported.onnx"
    path.write_bytes(content)
    with pytest.raises(RefusedError, match="is not an ONNX file"):
        read_network(path, 3, Hints())
    with pytest.raises(UsageError, match="is not a file"):
        read_network(tmp_path / "missing.onnx", 3, Hints())


@pytest.mark.parametrize(
    ("location", "words"),
    [("missing.data", "which is missing"), ("../outside.data", "outside of its directory")],
)
def test_weights_must_be_beside_the_file(tmp_path: Path, location: str, words: str) -> None:
    """A missing file is named, and no file outside of the directory is read."""
    folder = tmp_path / "export"
    folder.mkdir()
    (tmp_path / "outside.data").write_bytes(bytes(10_000))
    model = network(3)
    (tensor,) = [each for each in model.graph.initializer if each.name == "weights"]
    onnx.external_data_helper.set_external_data(tensor, location=location)
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    (folder / "exported.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(RefusedError, match=words):
        read_network(folder / "exported.onnx", 3, Hints())

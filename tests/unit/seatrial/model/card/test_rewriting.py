"""A network in any form that an exporter gives it becomes one that the app serves, with the same numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from hostile_documents import FUZZ
from imagemodel.session import _TYPES as SERVED_TYPES
from network_outputs import OUTPUTS
from networks import DTYPES, labels, network
from seatrial.errors import UsageError
from seatrial.model.card.form import Hints
from seatrial.model.card.rewriting import Network, read_network


def scores(model: onnx.ModelProto, photos: NDArray[Any], classes: tuple[str, ...]) -> NDArray[Any]:
    """Return the scores of all classes by onnxruntime, also from maps, a row for each photo."""
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (photo_input,) = session.get_inputs()
    kinds = {"tensor(float)": "float32", "tensor(float16)": "float16", "tensor(double)": "float64"}
    found = session.run(None, {photo_input.name: photos.astype(kinds.get(photo_input.type, "uint8"))})[-1]
    if isinstance(found, list):
        keys: Any = classes if isinstance(next(iter(found[0])), str) else range(len(classes))
        found = [[row[key] for key in keys] for row in found]
    return np.asarray(found, dtype=np.float32).reshape(len(photos), -1)


def photos_for(network: Network) -> NDArray[Any]:
    """Return random photos as the network's input: one, or two if it takes several."""
    form = network.input
    planes = (form.depth, form.height, form.width)
    shape = planes if form.layout == "NCHW" else (*planes[1:], form.depth)
    return np.random.default_rng(7).integers(0, 256, (1 if form.batch else 2, *shape))


def require_served(found: Network, original: onnx.ModelProto, classes: tuple[str, ...]) -> None:
    """Require that the app can serve the network, and that it gives the numbers of the original."""
    onnx.checker.check_model(found.model, full_check=True)
    session = ort.InferenceSession(found.raw, providers=["CPUExecutionProvider"])
    assert session.get_inputs()[0].type in SERVED_TYPES.values()
    assert [(each.name, each.type) for each in session.get_outputs()] == [(found.output, "tensor(float)")]
    photos = photos_for(found)
    np.testing.assert_allclose(
        scores(onnx.load_from_string(found.raw), photos, classes),
        scores(original, photos, classes),
        rtol=1e-5,
        atol=1e-6,
    )


@FUZZ
@given(data=st.data())
def test_every_form_gives_the_numbers_of_the_original(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Layout, channels, type, batch, size, number of classes and output may all vary."""
    classes = data.draw(st.integers(2, 40), "classes")
    channels = data.draw(st.sampled_from(["RGB", "BGR", "GRAY"]), "channels")
    original = network(
        classes,
        data.draw(st.sampled_from(["NCHW", "NHWC"]), "layout"),
        channels,
        data.draw(st.sampled_from(list(DTYPES)), "dtype"),
        data.draw(st.sampled_from(["N", 1]), "batch"),
        data.draw(st.sampled_from(list(OUTPUTS)), "output"),
        side=data.draw(st.sampled_from([8, 16, 24]), "side"),
    )
    path = tmp_path_factory.mktemp("network") / "exported.onnx"
    onnx.save(original, path)
    require_served(read_network(path, classes, Hints()), original, labels(classes, channels))


def test_a_network_that_the_app_serves_stays_as_it_is(save: Any) -> None:
    """The file is not written again, so that its sha256 stays."""
    path = save()
    found = read_network(path, 3, Hints())
    assert found.changes == ()
    assert found.raw == path.read_bytes()


def test_weights_in_a_second_file_are_joined(tmp_path: Path) -> None:
    """The rewritten file needs no other file."""
    onnx.save_model(
        network(40),
        tmp_path / "exported.onnx",
        save_as_external_data=True,
        location="exported.data",
        size_threshold=0,
    )
    found = read_network(tmp_path / "exported.onnx", 40, Hints())
    assert found.changes == ("joined the weights in exported.data into the file",)
    (tmp_path / "exported.data").unlink()
    require_served(found, network(40), labels(40))


@pytest.mark.parametrize("kind", ["functions", "old weights", "unnamed shape"])
def test_older_and_newer_exports_are_served(save: Any, kind: str) -> None:
    """Functions of PyTorch's newer exporter, weights listed as inputs, and an output without a shape."""
    model = network(3)
    if kind == "functions":
        wrap_in_function(model)
    elif kind == "old weights":
        model.ir_version = 3
        weights = {each.name: each for each in model.graph.initializer}
        model.graph.input.extend(
            onnx.helper.make_tensor_value_info(name, each.data_type, each.dims)
            for name, each in weights.items()
        )
    else:
        model.graph.output[0].type.tensor_type.ClearField("shape")
    require_served(read_network(save(model), 3, Hints()), network(3), labels(3))


def wrap_in_function(model: onnx.ModelProto) -> None:
    """Put the first node of a network into a function of the model, like PyTorch's exporter."""
    node = model.graph.node[0]
    body = onnx.helper.make_node("Cast", ["x"], ["y"], to=onnx.TensorProto.FLOAT)
    opsets = [onnx.helper.make_opsetid("", 17)]
    model.functions.append(onnx.helper.make_function("exporter", "to_float", ["x"], ["y"], [body], opsets))
    model.opset_import.append(onnx.helper.make_opsetid("exporter", 1))
    model.graph.node[0].CopyFrom(
        onnx.helper.make_node("to_float", node.input, node.output, domain="exporter")
    )


@pytest.mark.parametrize("sigmoid", [True, False])
def test_one_number_for_two_classes_becomes_two(save: Any, sigmoid: bool) -> None:
    """A probability p becomes 1 - p and p; a logit x becomes 0 and x, whose softmax is the same."""
    model = network(2)
    names = onnx.numpy_helper.from_array(np.array([[-1.0], [1.0]], dtype=np.float32), "difference")
    model.graph.initializer.append(names)
    model.graph.node[-1].output[0] = "two"
    model.graph.node.append(onnx.helper.make_node("MatMul", ["two", "difference"], ["one_number"]))
    model.graph.node.append(
        onnx.helper.make_node("Sigmoid" if sigmoid else "Identity", ["one_number"], ["output"])
    )
    model.graph.output[0].type.tensor_type.shape.dim[1].dim_value = 1
    found = read_network(save(model), 2, Hints())
    photos = photos_for(found)
    (one,) = scores(model, photos, ()).T
    pairs = scores(onnx.load_from_string(found.raw), photos, ())
    np.testing.assert_allclose(pairs[:, 1] - (0 if sigmoid else pairs[:, 0]), one, rtol=1e-5)
    assert found.changes == ("gives the probabilities of two classes instead of one number",)


def test_of_logits_and_their_softmax_the_softmax_is_taken(save: Any) -> None:
    """A network that gives both is not ambiguous."""
    model = network(3)
    model.graph.node.append(onnx.helper.make_node("Softmax", ["output"], ["shares"], axis=1))
    model.graph.output.append(onnx.helper.make_tensor_value_info("shares", 1, ["N", 3]))
    found = read_network(save(model), 3, Hints())
    assert (found.output, found.operator) == ("shares", "Softmax")
    assert found.changes == ("removed the output output",)


def test_a_size_of_minus_one_is_unknown(save: Any) -> None:
    """Paddle's exporter writes -1 for a dimension that may vary."""
    model = network(3)
    for place in (0, 2, 3):
        model.graph.input[0].type.tensor_type.shape.dim[place].dim_value = -1
    found = read_network(save(model), 3, Hints(size=(16, 16)))
    assert (found.input.batch, found.input.height, found.input.width) == (0, 16, 16)
    with pytest.raises(UsageError, match="its size is not in the file"):
        read_network(save(model), 3, Hints())


@pytest.mark.parametrize("name", ["squeezenet", "shufflenet", "inception_v2"])
def test_networks_of_the_onnx_model_zoo_are_served(name: str) -> None:
    """Real architectures, as Caffe2 exported them: weights listed as inputs, a softmax of four dimensions.

    The onnx package has them with constant weights.
    """
    path = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light" / f"light_{name}.onnx"
    found = read_network(path, 1000, Hints())
    assert found.operator == "Softmax"
    require_served(found, onnx.load(path), ())


def test_size_and_layout_come_from_the_user_where_the_file_has_none(save: Any) -> None:
    """Exports with all dimensions dynamic are served with the size that the user names."""
    model = network(3)
    for dimension, name in zip(model.graph.input[0].type.tensor_type.shape.dim, "nchw", strict=True):
        dimension.dim_param = name
    found = read_network(save(model), 3, Hints(size=(16, 16)))
    assert (found.input.layout, found.input.height, found.input.depth) == ("NCHW", 16, 3)
    require_served(found, network(3), labels(3))
